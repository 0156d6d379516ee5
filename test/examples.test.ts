import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readImage, writeImage } from '@datalab/fits'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-examples-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the demo removes the trail, answers the second run from the cache, and leaves nothing behind in git', async () => {
  const before = gitStatus()
  const text = execFileSync(process.execPath, ['examples/demo/demo.mjs'], { cwd: root, encoding: 'utf8' })
  expect(text).toContain('answered from the cache')
  const { width, height } = await readImage(join(root, 'demo-output/median.fits'))
  expect([width, height]).toEqual([1024, 1024])
  expect(existsSync(join(root, 'demo-output/median-large.jpg'))).toBe(true)
  expect(gitStatus()).toBe(before)
}, 60_000)

test('the quickstart takes the median of the files it is given', async () => {
  const paths = [1, 5, 3].map((level) => join(folder, `${level}.fits`))
  for (const [index, level] of [1, 5, 3].entries())
    await writeImage(paths[index] as string, { data: new Float32Array(6).fill(level), width: 3, height: 2 })
  const script = join(root, 'examples/quickstart/quickstart.mjs')
  const { status, stdout } = spawnSync(process.execPath, [script, ...paths], { encoding: 'utf8' })
  const url = /file:[^'"]+\.fits/.exec(stdout)?.[0] ?? ''
  expect(status).toBe(0)
  expect((await readImage(fileURLToPath(url))).data).toEqual(new Float32Array(6).fill(3))
}, 30_000)

function gitStatus(): string {
  return execFileSync('git', ['status', '--short'], { cwd: root, encoding: 'utf8' })
}
