import { blobFile, frameFile } from './files.mjs'

const MEDIANS = [
  [0, 1, 2],
  [3, 4, 5, 6],
  [7, 8, 9, 10, 11],
  [0, 4, 8],
  [1, 5, 9, 2],
  [10, 3, 6],
]
const DIGESTS = [
  [0, 1],
  [2, 3, 4],
  [5, 6],
  [7, 0, 2],
]

const job = (operation, inputs) => ({ operation, inputs })

const median = (frames) => job('Median', { input_files: frames.map(frameFile) })
const digest = (blobs) => job('Digest', { files: [...blobs.map(blobFile), frameFile(blobs[0])] })

/** The jobs of a round, few enough for hosts to ask for the same ones: those whose inputs are files. */
export const JOBS = [
  ...MEDIANS.map(median),
  ...DIGESTS.map(digest),
  ...['a', 'b', 'c'].map((name) => job('Many', { name })),
  ...[40, 150, 350].map((ms) => job('Spin', { name: `${ms}`, ms })),
  ...['a', 'b'].map((name) => job('Fail', { name })),
]

const PARENTS = MEDIANS.map(median)

/** Pairs of jobs whose results are the inputs of another. */
export const PAIRS = [
  [PARENTS[0], PARENTS[1]],
  [PARENTS[2], PARENTS[3]],
  [PARENTS[0], PARENTS[4]],
]

/**
 * The job whose inputs are the results of others, and a frame.
 *
 * @param {string[]} keys of those jobs
 */
export function chained(keys) {
  const results = keys.map((basename) => ({ source: 'datalab', basename }))
  return job('Median', { input_files: [...results, frameFile(11)] })
}
