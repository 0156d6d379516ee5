import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Samples, writeImageRows } from '@datalab/fits'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../packages/cli/bin/datalab.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-memory-'))

/** Frames of 96 MB, for runs that may take much less. */
const [WIDTH, HEIGHT] = [4000, 6000]
const BUDGET = 16 * 2 ** 20

/** What Node itself, its libraries, and the buffers of the file system take. */
const REST = 110 * 2 ** 20

/** What an encoder keeps of its output, and its kernels. */
const ENCODER = 48 * 2 ** 20

/** A picture of a byte a pixel, and the library that makes a JPEG of it. */
const PICTURE = 96 * 2 ** 20

/** What of each file of many a run has to know, and the threads that it has for a longer while. */
const MORE_FILES = 44 * 2 ** 20

/** Says how much memory a process took at most. */
const PEAK = 'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))'

beforeAll(async () => {
  for (const index of [0, 1, 2]) {
    async function* pixels(): AsyncGenerator<Samples, void> {
      for (let y = 0; y < HEIGHT; y += 100)
        yield new Float32Array(WIDTH * 100).map((_, i) => ((y + index) * 7 + i * 13) % 1009)
    }
    await writeImageRows(join(folder, `${index}.fits`), { width: WIDTH, height: HEIGHT, pixels: pixels() })
  }
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The most memory that a run took, in bytes. */
function peakOf(argv: readonly string[]): number {
  const words = [`--import=${PEAK}`, main, 'run', ...argv, '--memory', String(BUDGET)]
  const text = execFileSync(process.execPath, [...words, '--out', join(folder, 'out')], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return Number(text) * 1024
}

test('a median of frames larger than the memory takes little more than that', () => {
  expect(peakOf(['median', '0.fits', '1.fits', '2.fits', '--no-previews'])).toBeLessThan(BUDGET + REST)
  expect(
    peakOf(['median', '0.fits', '1.fits', '2.fits', '--no-previews', '--fits-compression', 'quantize:4']),
  ).toBeLessThan(BUDGET + REST + ENCODER)
}, 120_000)

test('so does brightness', () => {
  expect(peakOf(['increase-brightness', '0.fits', '--increase-by', '3', '--no-previews'])).toBeLessThan(BUDGET + REST)
}, 120_000)

test('previews of a frame larger than the memory are made of what is kept on disk', () => {
  const peak = peakOf(['increase-brightness', '1.fits', '--increase-by', '3'])
  expect(peak).toBeLessThan(BUDGET + REST + PICTURE)
  expect(readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.jpg'))).toHaveLength(2)
}, 120_000)

test('the sum of very many files takes little more than that of many', async () => {
  const tile = { width: 64, height: 64, pixels: [new Float32Array(64 * 64).fill(1)] }
  await writeImageRows(join(folder, 'small.fits'), tile)
  const names = Array.from({ length: 999 }, (_, index) => `small-${index}.fits`)
  for (const name of names) copyFileSync(join(folder, 'small.fits'), join(folder, name))
  const peak = (count: number) => peakOf(['stacking', ...names.slice(0, count), '--no-previews'])
  expect(peak(999)).toBeLessThan(peak(99) + MORE_FILES)
}, 120_000)
