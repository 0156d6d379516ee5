import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Image, readImage } from '@datalab/fits'
import { starField } from '@datalab/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-pipeline-'))
const pipeline = join(folder, 'calibrate.json')

beforeAll(() => {
  copyFileSync(path('examples/pipeline/calibrate.json'), pipeline)
  execFileSync(process.execPath, [path('examples/pipeline/make-frames.mjs'), join(folder, 'frames')])
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function datalab(...argv: string[]): { code: number | null; stdout: string; stderr: string } {
  const bin = path('packages/cli/bin/datalab.js')
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...argv], { cwd: folder, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

/** Which steps of a run were there already. */
function cachedSteps(): Record<string, boolean> {
  const { stdout, stderr } = datalab('run', 'calibrate.json', '--out', 'results', '--json')
  expect(stderr).not.toContain('datalab:')
  const { steps } = JSON.parse(stdout) as { steps: { id: string; cached: boolean }[] }
  return Object.fromEntries(steps.map(({ cached, id }) => [id, cached]))
}

describe('the pipeline of the example', () => {
  test('calibrates and stacks', async () => {
    const { code, stderr, stdout } = datalab('run', 'calibrate.json', '--out', 'results')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Calibrate and stack is running.\n' })
    expect(stdout).toContain('divided (Pixel Math): 12 jobs, completed in')
    const names = readdirSync(join(folder, 'results')).filter((name) => name.endsWith('.fits'))
    expect(names).toEqual([expect.stringMatching(/^stack-[0-9a-f]{8}\.fits$/)])
    expect(datalab('fits', 'verify', `results/${names[0]}`).code).toBe(0)

    const stack = await readImage(join(folder, 'results', names[0]!))
    const raw = await readImage(join(folder, 'frames/science-01.fits'))
    const field = { seed: 3, width: 240, height: 160, stars: 40, sky: 400, noise: false }
    const truth = starField(field).data
    // What is left is noise: of 12 exposures, and of the flat that they were divided by.
    expect(scatter(stack, truth)).toBeLessThan(0.02)
    expect(scatter(raw, truth)).toBeGreaterThan(0.1)
    // Of pixels that a cosmic ray has hit in one of them only: of two in twelve nobody can tell that they are none of the sky's.
    const hits = Array.from({ length: 12 }, (_, n) => starField({ ...field, exposure: n + 1, cosmicRays: 15 }).mask)
    const isHitOnce = (pixel: number) => hits.filter((mask) => mask[pixel] === 1).length === 1
    const off = ratiosOf(stack, truth).map((ratio) => Math.abs(ratio - 1))
    expect(off.filter((_, pixel) => isHitOnce(pixel)).length).toBeGreaterThan(500)
    expect(Math.max(...off.filter((_, pixel) => isHitOnce(pixel)))).toBeLessThan(0.1)
  }, 60_000)

  test('is there the next time, and a changed step runs with what depends on it alone', () => {
    const all = { bias: true, flats: true, 'flats-of-one': true, flat: true, science: true, divided: true, stack: true }
    expect(cachedSteps()).toEqual(all)

    writeFileSync(pipeline, readFileSync(pipeline, 'utf8').replace('sigma-clip', 'mean'))
    expect(datalab('plan', 'calibrate.json', '--out', 'results').stdout).toContain(
      'stack (Stacking): It was not run before.',
    )
    expect(cachedSteps()).toEqual({ ...all, stack: false })

    rmSync(join(folder, 'frames/flat-05.fits'))
    const flats = { flats: false, 'flats-of-one': false, flat: false, divided: false, stack: false }
    expect(cachedSteps()).toEqual({ ...all, ...flats })
  }, 120_000)
})

/** By how much an image scatters about the truth, in parts of it, where the sky is. */
function scatter(image: Image, truth: Float32Array): number {
  const ratios = ratiosOf(image, truth)
  return Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - 1) ** 2, 0) / ratios.length)
}

/** Each pixel by its truth, by the median of that: what a flat of its own median leaves open. A raw frame has its bias taken off. */
function ratiosOf({ data }: Image, truth: Float32Array): number[] {
  const lowest = data instanceof Uint16Array ? 1000 : 0
  const ratios = Array.from(truth, (value, pixel) => (Number(data[pixel]) - lowest) / value)
  const median = [...ratios].sort((a, b) => a - b)[ratios.length >> 1]!
  return ratios.map((ratio) => ratio / median)
}
