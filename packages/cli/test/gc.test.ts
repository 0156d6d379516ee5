import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Echo, offering } from './operations.js'
import { filesBelow, runMain, temporaryFolder } from './run-main.js'

const offers = offering(Echo)

async function withResult() {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.fits'), 'a')
  const datalab = (...argv: string[]) => runMain(argv, { cwd: folder, offers })
  await datalab('run', 'echo-it', 'a.fits', '--out', 'out')
  /** But the versions of what was replaced. */
  const objects = async () =>
    (await filesBelow(join(folder, 'out', '.datalab', 'objects')))?.filter((name) => !name.includes('~'))
  return { folder, datalab, objects }
}

describe('gc', () => {
  test('leaves what is young', async () => {
    const { datalab, objects } = await withResult()
    const before = await objects()
    expect(await datalab('gc', '--out', 'out')).toMatchObject({
      code: 0,
      stdout: '0 results are taken out of use.\n0 files are removed: 0.0 MB.\n',
      stderr: '',
    })
    expect(await objects()).toEqual(before)
  })

  test('takes old results out of use, and removes them when nobody can use them any more', async () => {
    const { folder, datalab, objects } = await withResult()
    const before = (await objects()) ?? []
    const copies = async () => (await filesBelow(join(folder, 'out')))?.filter((name) => !name.startsWith('.datalab/'))
    const copied = await copies()

    const dry = await datalab('gc', '--out', 'out', '--older-than', '0', '--dry-run')
    expect(dry.stdout).toMatch(/^1 result would be taken out of use\.\n/)
    expect(await objects()).toEqual(before)

    const { stdout } = await datalab('gc', '--out', 'out', '--older-than', '0')
    expect(stdout).toMatch(/^1 result is taken out of use\.\n/)
    expect(stdout).toMatch(/\d files wait: somebody may still use them\.\n$/)
    expect((await datalab('plan', 'echo-it', 'a.fits', '--out', 'out')).stdout).toMatch(/It was not run before/)

    const last = await datalab('gc', '--out', 'out', '--url-life', '0', '--json')
    expect(JSON.parse(last.stdout)).toMatchObject({ marked: 0, deleted: before.length - 1, waiting: 0 })
    expect((await objects())?.length).toBe(1)
    expect(await copies()).toEqual(copied)

    expect((await datalab('run', 'echo-it', 'a.fits', '--out', 'out')).stdout).toContain('Echo It: completed')
    expect((await objects())?.length).toBe(before.length)
  })

  test.each([
    [[], 'Say which folder: --out DIR, or which fleet: --redis URL --storage'],
    [['--out', 'elsewhere'], "--out: elsewhere is no folder that 'datalab run' has written to."],
    [['--out', 'out', '--older-than', 'soon'], "--older-than: 'soon' is no number of days."],
    [['--out', 'out', '--url-life', '-1'], "--url-life: '-1' is no number of days."],
    [['out'], "'gc' takes no arguments."],
  ])('%o is refused with a sentence', async (argv, sentence) => {
    const { folder, datalab } = await withResult()
    await mkdir(join(folder, 'elsewhere'))
    const { code, stderr } = await datalab('gc', ...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(sentence)
    expect(existsSync(join(folder, 'elsewhere', '.datalab'))).toBe(false)
  })

  test('--help says what it does', async () => {
    const { stdout } = await runMain(['gc', '--help'], { offers })
    expect(stdout).toContain('--older-than DAYS')
  })
})
