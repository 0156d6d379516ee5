import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

type Words = (names: readonly string[], folder: string) => Promise<readonly string[]>

const ways: [string, Words][] = [
  ['on the command line', async (names) => ['stacking', ...names]],
  [
    'in a file of inputs',
    async (names, folder) => {
      await writeFile(join(folder, 'inputs.json'), JSON.stringify({ input_files: names }))
      return ['stacking', '--inputs', 'inputs.json']
    },
  ],
  [
    'by a pattern in a pipeline',
    async (_, folder) => {
      const steps = [{ id: 'sum', operation: 'stacking', inputs: { input_files: ['night/*.fits'] } }]
      await writeFile(join(folder, 'p.json'), JSON.stringify({ steps }))
      return ['p.json']
    },
  ],
]

test.each(ways)('a run of very many files that are named %s saves memory, one of fewer does not', async (_, words) => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'night'))
  let savings = 0
  const saveMemory = () => void savings++
  const names: string[] = []
  const run = async (count: number) => {
    while (names.length < count) await addFrame()
    const argv = ['run', ...(await words(names, folder)), '--out', 'out', '--no-previews']
    expect(await runMain(argv, { cwd: folder, saveMemory })).toMatchObject({ code: 0 })
  }
  const addFrame = async () => {
    const name = `night/${names.length}.fits`
    const first = join(folder, 'night/0.fits')
    if (names.length > 0) await copyFile(first, join(folder, name))
    else await writeImage(first, { data: Float32Array.of(1, 2), width: 2, height: 1 })
    names.push(name)
  }
  await run(199)
  expect(savings).toBe(0)
  await run(200)
  expect(savings).toBe(1)
})

test('inputs that are too deep are refused as others are', async () => {
  const folder = await temporaryFolder()
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  await writeFile(join(folder, 'inputs.json'), `{"input_files":${deep}}`)
  const { code, stderr } = await runMain(['run', 'stacking', '--inputs', 'inputs.json', '--out', 'out'], {
    cwd: folder,
  })
  expect(stderr).toContain('lies more than 32 levels deep')
  expect(code).not.toBe(0)
})
