import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from './support.js'

const src = resolve(import.meta.dirname, '../src')
// Outside the checkout: nothing that is not in the bundle can be found from there.
const folder = mkdtempSync(join(tmpdir(), 'datalab-fits-'))
const codec = join(folder, 'index.mjs')

beforeAll(async () => {
  await build({
    entryPoints: [join(src, 'index.ts')],
    outfile: codec,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@datalab/source'],
    external: ['@datalab/core'],
    logLevel: 'error',
  })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The files that a file imports, itself included, be it for their types only. */
function filesFrom(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)\.js'/g))
    filesFrom(resolve(dirname(file), `${path}.ts`), found)
  return found
}

function importersOfCore(entry: string): string[] {
  const files = [...filesFrom(join(src, entry))]
  return files
    .filter((file) => readFileSync(file, 'utf8').includes("'@datalab/core'"))
    .map((file) => relative(src, file))
}

test('nothing of the codec imports the framework, not even a type', () => {
  expect(filesFrom(join(src, 'index.ts')).size).toBeGreaterThan(50)
  expect(importersOfCore('index.ts')).toEqual([])
  expect(importersOfCore('dump.ts')).toEqual([])
  // What shows that they would be found.
  expect(importersOfCore('images.ts')).toContain('images.ts')
})

/** What a program prints that has the codec and nothing else. */
async function printed(program: string): Promise<unknown> {
  const code = `import * as fits from ${JSON.stringify(`file://${codec}`)}\n${program}`
  // Those who run tests may have named further places for modules.
  const options = { cwd: folder, env: { ...process.env, NODE_PATH: '' } }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], options)
  return JSON.parse(stdout)
}

test('an image is read and written where the framework is not installed', async () => {
  const program = `
    const { data, width, height, header } = await fits.readImage(${JSON.stringify(fixture('gzip1-int32.fits.fz'))})
    await fits.writeImage('copy.fits', { data, width, height, header })
    const copy = await fits.readImage('copy.fits')
    console.log(JSON.stringify({ pixels: width * height, same: Buffer.from(copy.data.buffer).equals(Buffer.from(data.buffer)) }))`
  expect(await printed(program)).toEqual({ pixels: expect.any(Number), same: true })
})

test('a preview is rendered where nothing else is installed', async () => {
  const program = `
    const { large } = await fits.renderPreview({ data: new Float32Array(4), width: 2, height: 2 })
    console.log(JSON.stringify([...large.subarray(0, 2), ...large.subarray(-2)]))`
  expect(await printed(program)).toEqual([0xff, 0xd8, 0xff, 0xd9])
})
