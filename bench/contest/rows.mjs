import * as contestants from './contestants.mjs'
import { sameBits, sameBitsOfAll, sameBytes, sameHeaders, withinQuantization } from './results.mjs'

/** @import { Bars } from './bars.mjs' */
/** @import { Contestant } from './contestants.mjs' */

/**
 * One kind of work, and who does it.
 *
 * @typedef {object} ContestRow
 * @property {string} id
 * @property {string} title
 * @property {{ count: number, form: 'float32' | 'uint16', isPacked?: boolean, part?: number }} frames what it gets; of `part` of the side
 * @property {readonly Contestant[]} contestants ours first
 * @property {import('./results.mjs').Comparison} compare
 * @property {Bars} bars of 4096 x 4096 pixels, and whole processes unless the contestants take their time themselves
 * @property {boolean} [isOnce] whether one round tells enough
 */

const RSS = { bound: 160, aim: 128 }
const FLOW_RSS = { bound: 256, aim: 192 }
const DECODE = { peer: { bound: 2.3, aim: 3.5 } }
const NIGHT = { peer: { bound: 4, aim: 6 }, rss: RSS }
const PACKED = { peer: { bound: 4.5, aim: 7 }, original: { bound: 7, aim: 12 }, rss: RSS }

/** It takes ten times as long as others, and 0.5 GiB for a frame: more frames would tell the same. */
const CCDPROC_MOST = 5
const ccdproc = contestants.python('ccdproc', { script: 'median.py', method: 'ccdproc', needs: ['ccdproc'] })

/** So often that code compiled while it runs is, and one slow reading does not tell. */
const HEADER_TIMES = 1000

const FORMULA = '(a - median(b)) / c * 1.5'

/** Those of fpack, in which the bars are set. The original's are astropy's, a quarter of them: in such ours takes 3 % more of the processor. */
const FLOW_STEPS = 'quantize:4'

const ORIGINAL = { role: 'original', script: 'median.py', method: 'original' }

/** @type {readonly ContestRow[]} */
export const rows = [
  median(5, { peer: { bound: 3.5, aim: 6 }, original: { bound: 9, aim: 15 }, rss: RSS }),
  median(11, { peer: { bound: 6, aim: 10 }, original: { bound: 15, aim: 25 }, rss: RSS }),
  median(25, {
    peer: { bound: 7, aim: 12 },
    original: { bound: 18, aim: 30 },
    floor: { bound: 4, aim: 2.5 },
    rss: RSS,
  }),
  ...[5, 11, 25].map((count) => packedMedian(count, PACKED)),
  {
    id: 'brightness',
    title: 'One float32 file, 100 brighter',
    frames: { count: 1, form: 'float32' },
    contestants: [
      contestants.datalabRun('increase-brightness', ['--increase-by', '100', '--no-previews']),
      numpy('NumPy', 'brightness'),
    ],
    compare: sameBits,
    bars: NIGHT,
  },
  {
    id: 'subtract',
    title: 'One float32 file subtracted from 5 others',
    frames: { count: 6, form: 'float32' },
    contestants: [
      contestants.datalabRun('subtraction', ['--no-previews'], { inputs: lastFromOthers, hasMany: true }),
      numpy('NumPy', 'subtract', 'results'),
    ],
    compare: sameBitsOfAll,
    bars: { ...NIGHT, rss: FLOW_RSS },
  },
  ...[11, 25].map(stack),
  {
    id: 'pixel-math',
    title: `${FORMULA} of 3 float32 files`,
    frames: { count: 3, form: 'float32' },
    contestants: [
      contestants.datalabRun('pixel-math', ['--expression', FORMULA, '--no-previews']),
      numpy('NumPy, float64', 'formula'),
      numpy('NumPy, float32', 'formula-float32'),
    ],
    compare: sameBits,
    bars: NIGHT,
  },
  decoding('float', 'float32'),
  decoding('integer', 'uint16'),
  {
    id: 'header',
    title: 'Header of a .fits.fz, in the process',
    frames: { count: 1, form: 'float32', isPacked: true },
    contestants: [
      contestants.ownProgram('header.mjs', HEADER_TIMES),
      contestants.timedPython('astropy', ['astropy'], 'header.py', HEADER_TIMES),
    ],
    compare: sameHeaders,
    bars: { peer: { bound: 10 } },
  },
  flow('brightness', 1, ['increase-brightness', ['--increase-by', '100']], { bound: 4, aim: 6 }),
  flow('median', 5, ['median'], { bound: 5, aim: 8 }),
  flow('subtract', 2, ['subtraction', [], { inputs: lastFromOthers }], { bound: 4, aim: 6 }),
  flow('stack', 11, ['stacking'], { bound: 4, aim: 6 }),
  flow('formula', 3, ['pixel-math', ['--expression', FORMULA]], { bound: 4, aim: 6 }),
  ...[5, 10].map(inMemory),
  {
    id: 'median-999',
    title: 'Median of 999 float32 files: 9 frames, each under 111 names',
    frames: { count: 9, form: 'float32' },
    contestants: [
      contestants.datalabRun('median', ['--no-previews'], { times: 111 }),
      contestants.python('NumPy, of the 9', { ...ORIGINAL, role: 'reference' }),
    ],
    compare: sameBits,
    bars: { rss: RSS },
    isOnce: true,
  },
]

function median(count, bars) {
  return {
    id: `median-${count}`,
    title: `Median of ${count} float32 files`,
    frames: { count, form: 'float32' },
    contestants: [
      ...medianContestants(0),
      contestants.siril(),
      ...(count > CCDPROC_MOST ? [] : [ccdproc]),
      contestants.cat(),
    ],
    compare: sameBits,
    bars,
  }
}

function packedMedian(count, bars) {
  return {
    id: `packed-${count}`,
    title: `Median of ${count} .fits.fz files`,
    frames: { count, form: 'float32', isPacked: true },
    contestants: [...medianContestants(1), contestants.cat()],
    compare: sameBits,
    bars,
  }
}

function medianContestants(hdu) {
  const script = 'median.py'
  return [
    contestants.datalabRun('median', ['--no-previews']),
    contestants.python('original', ORIGINAL),
    contestants.python('bottleneck', { script, method: 'bottleneck', needs: ['bottleneck'] }),
    contestants.gnuastro(hdu),
  ]
}

function stack(count) {
  return {
    id: `stack-${count}`,
    title: `Sum of ${count} float32 files`,
    frames: { count, form: 'float32' },
    contestants: [
      contestants.datalabRun('stacking', ['--no-previews']),
      numpy('NumPy, one by one', 'stack-each'),
      numpy('NumPy, all at once', 'stack-all'),
      contestants.cat(),
    ],
    compare: sameBits,
    bars: NIGHT,
  }
}

function numpy(name, method, output) {
  return contestants.python(name, { script: 'night.py', method, output })
}

function lastFromOthers(frames) {
  return ['--input-files', ...frames.slice(0, -1), '--subtraction-file', ...frames.slice(-1)]
}

function decoding(name, form) {
  return {
    id: `decode-${name}`,
    title: `Decode one ${name} .fits.fz, one thread, in the process`,
    frames: { count: 1, form, isPacked: true },
    contestants: [contestants.ownProgram('decode.mjs', 15), contestants.cfitsio(15)],
    compare: sameBytes,
    bars: DECODE,
  }
}

function flow(method, count, [operation, flags = [], options], original) {
  const terms = { role: 'original', needs: ['pillow'], script: 'flow.py', method, output: 'result.fits.fz' }
  return {
    id: `flow-${method}`,
    title: `${count} .fits.fz -> ${method} -> .fits.fz and two JPEGs`,
    frames: { count, form: 'float32', isPacked: true },
    contestants: [
      contestants.datalabRun(operation, [...flags, '--fits-compression', FLOW_STEPS], options),
      contestants.python('original', terms),
    ],
    compare: withinQuantization,
    bars: { original, rss: FLOW_RSS },
  }
}

function inMemory(count) {
  return {
    id: `memory-${count}`,
    title: `Median of ${count} frames of half the side in memory, one thread, in the process`,
    frames: { count, form: 'float32', part: 1 / 2 },
    contestants: [
      contestants.ownProgram('arrays.mjs', 5),
      contestants.timedPython('NumPy', ['numpy', 'astropy'], 'arrays.py', 2),
    ],
    compare: sameBits,
    bars: {},
  }
}
