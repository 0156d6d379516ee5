import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDataLab, FileStorage, isDataLabError, LocalSource } from '@datalab/core'
import { readImage, renderPreview } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { examine, judge, report } from './evidence.mjs'
import { progressBar } from './progress-bar.mjs'
import { writeFrames } from './write-frames.mjs'

/** @import { OutputFileView } from '@datalab/core' */

const COUNT = 7
const TRAIL_FRAME = 3
const SEED = 20250321

const output = fileURLToPath(new URL('../../demo-output/', import.meta.url))
const frames = join(output, 'frames')
const shown = relative(process.cwd(), output) || '.'

await main().catch((err) => fail(isDataLabError(err) ? err.message : err.stack))

async function main() {
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })

  say('DataLab demo: what is in one picture only is not in the median of seven.', '')

  say(
    `1. Making ${COUNT} exposures of one star field: noise and cosmic rays in all, a satellite in number ${TRAIL_FRAME + 1}`,
  )
  const made = await timed(() => writeFrames(frames, { count: COUNT, trailFrame: TRAIL_FRAME, seed: SEED }))
  const { scene, files } = made.value
  say(`   ${scene.width} x ${scene.height} pixels, 16 bits each: ${duration(made)}`, '')

  say('2. Median of the seven')
  const first = await timed(() => run(files, progressBar()))
  say(`   ${first.value.cached ? 'answered from the cache' : 'computed and stored'}: ${duration(first)}`, '')

  say('3. The same again, from a new host that shares only the folders with the first')
  const second = await timed(() => run(files))
  say(`   ${second.value.cached ? 'answered from the cache' : 'computed again'}: ${duration(second)}`, '')

  const problems = await evidence(made.value, first.value, second.value)
  listResults()
  problems.forEach(fail)
}

/**
 * Puts the results beside the frames, prints what is left of the trail, and returns what ought not to be.
 *
 * @param {Awaited<ReturnType<typeof writeFrames>>} made
 * @param {Awaited<ReturnType<typeof run>>} first
 * @param {Awaited<ReturnType<typeof run>>} second
 */
async function evidence(made, first, second) {
  await copyResults(first.file)
  await previewTrail(made.files[TRAIL_FRAME])
  const findings = examine(
    made,
    await readImage(join(frames, made.files[TRAIL_FRAME])),
    await readImage(join(output, 'median.fits')),
  )
  say(...report(findings), '')
  const problems = judge(findings)
  if (first.cached) problems.push('The first run was answered from a cache that ought to be empty.')
  if (!second.cached) problems.push('The second run was not answered from the cache.')
  if (second.key !== first.key) problems.push('The second run was another job than the first.')

  return problems
}

/**
 * Makes a host, asks it for the median, and closes it.
 *
 * @param {string[]} files
 * @param {(progress: number) => void} [onProgress]
 */
async function run(files, onProgress = () => {}) {
  const lab = createDataLab({
    operations: [Median],
    services: [images()],
    sources: [new LocalSource({ roots: { frames } })],
    storage: new FileStorage(join(output, 'storage')),
    scratch: join(output, 'scratch'),
  })
  try {
    const input_files = files.map((basename) => ({ source: 'local', root: 'frames', basename }))
    const job = await lab.submit(Median, { input_files })
    for await (const { progress } of job.events) onProgress(progress)
    const { output_files = [] } = await job.result()
    return { key: job.key, cached: job.cached, file: output_files[0] }
  } finally {
    await lab.close()
  }
}

/**
 * Puts the result beside its storage, under names that people can read.
 *
 * @param {OutputFileView} file
 */
async function copyResults(file) {
  await copyFile(fileURLToPath(file.fits_url), join(output, 'median.fits'))
  await copyFile(fileURLToPath(file.large_url), join(output, 'median-large.jpg'))
  await copyFile(fileURLToPath(file.small_url), join(output, 'median-small.jpg'))
}

/** @param {string} file */
async function previewTrail(file) {
  const { large } = await renderPreview(await readImage(join(frames, file)))
  await writeFile(join(output, `frame-${TRAIL_FRAME + 1}-large.jpg`), large)
}

function listResults() {
  const entries = [
    ['median.fits', 'the result, 32-bit floating point'],
    ['median-large.jpg, median-small.jpg', 'its previews'],
    [`frame-${TRAIL_FRAME + 1}-large.jpg`, 'the exposure with the satellite, to compare'],
    ['frames/', `the ${COUNT} exposures`],
  ]
  say(`Results in ${shown}:`, ...entries.map(([name, what]) => `   ${name.padEnd(36)}${what}`))
}

/**
 * @template Value
 * @param {() => Promise<Value>} work
 */
async function timed(work) {
  const start = performance.now()
  const value = await work()
  return { value, milliseconds: performance.now() - start }
}

/** @param {{ milliseconds: number }} timing */
function duration({ milliseconds }) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(`\nThe demo failed: ${sentence}`)
  process.exitCode = 1
}

/** @param {string[]} lines */
function say(...lines) {
  for (const line of lines) console.log(line)
}
