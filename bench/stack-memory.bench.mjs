// How much memory a sum takes: the most that is resident of `datalab run stacking`, for 10 files and for ten times as many, which is to be about
// the same.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { datalabRun } from './contest/contestants.mjs'
import { FrameFiles } from './contest/frames/frame-files.mjs'
import { measured } from './contest/measured.mjs'
import { benchmark } from './harness/benchmark.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'

const SIDE = 1024
const FRAMES = 10
const SAMPLES = 5
const MIB = 2 ** 20

/** What ten times as many files may add: a tenth of what their pixels take. */
const MORE_MIB = (FRAMES * 9 * SIDE * SIDE * Float32Array.BYTES_PER_ELEMENT) / MIB / 10

await benchmark(import.meta.url, `memory of sums of frames of ${SIDE} x ${SIDE} pixels, whole processes`, (report) =>
  inTemporaryFolder((folder) => measureIn(folder, report)),
)

async function measureIn(folder, report) {
  const frames = await new FrameFiles(folder, SIDE).some(FRAMES, 'float32')
  const samples = (times) => peaksOf({ frames, times, folder: join(folder, 'run') })
  report.row(`sum of ${FRAMES} files`, await samples(1), { unit: 'MiB' })
  const target = report.rows[0].median + MORE_MIB
  report.row(`sum of ${FRAMES * 10} files`, await samples(10), { unit: 'MiB', target, isOfFirst: true })
}

async function peaksOf({ frames, times, folder }) {
  const peaks = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    mkdirSync(folder)
    const { words } = datalabRun('stacking', ['--no-previews'], { times }).prepare({ frames, folder })
    const { taken } = await measured(words, { folder })
    peaks.push(taken.rss / MIB)
    rmSync(folder, { recursive: true })
  }
  return peaks
}
