// Many inputs: node stress/stress.mjs many [--count N] [--size S] [--frames FOLDER] [--only WORD] [--save]
// Each operation takes N frames of S x S pixels of 16 bits, 999 of 2048 by default, in a process of its own: how long it takes, how much memory at
// most, and how many files are open at most. Then the same with a tenth of them, which shows what grows with their number. --frames keeps the
// frames in a folder, and takes those that are there; --only does what has the word in its operation or mode.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Header, writeImage } from '@datalab/fits'

const OPTIONS = {
  count: { type: 'string', default: '999' },
  size: { type: 'string', default: '2048' },
  frames: { type: 'string' },
  only: { type: 'string', default: '' },
  save: { type: 'boolean', default: false },
}

/** What is done, and with what besides the frames. */
const RUNS = [
  ['Increase Brightness', { increase_by: 100 }],
  ['Stacking', { stacking_mode: 'simple' }],
  ['Stacking', { stacking_mode: 'mean' }],
  ['Stacking', { stacking_mode: 'sigma-clip' }],
  ['Stacking', { stacking_mode: 'reproject' }],
  ['Median', {}],
]

/** @param surroundings tells of the machine */
export async function main(words, surroundings) {
  const { values } = parseArgs({ args: words, options: OPTIONS })
  const [count, size] = [Number(values.count), Number(values.size)]
  const folder = mkdtempSync(join(tmpdir(), 'datalab-many-'))
  const frames = values.frames ?? join(folder, 'frames')
  try {
    await writeFrames(frames, count, size)
    const runs = RUNS.filter((words) => JSON.stringify(words).toLowerCase().includes(values.only.toLowerCase()))
    const rows = runs.flatMap(([operation, inputs]) =>
      [Math.max(2, Math.floor(count / 10)), count].map((number) => {
        const row = {
          operation,
          ...inputs,
          frames: number,
          ...run({ operation, inputs, frames, count: number, folder }),
        }
        console.error(JSON.stringify(row))
        return row
      }),
    )
    const result = { size, rows, ...surroundings() }
    if (values.save) writeFileSync(join(import.meta.dirname, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
    console.log(JSON.stringify(result, null, 2))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function run(task) {
  const answer = execFileSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), JSON.stringify(task)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  rmSync(join(task.folder, 'results'), { recursive: true, force: true })
  return JSON.parse(answer)
}

/** Frames of a few stars, each a little shifted, as its world coordinates say. */
async function writeFrames(folder, count, size) {
  mkdirSync(folder, { recursive: true })
  const data = new Uint16Array(size * size)
  for (let number = 0; number < count; number++) {
    const path = join(folder, nameOf(number))
    if (existsSync(path)) continue
    const shift = { x: 4 * Math.sin(number), y: 4 * Math.cos(number) }
    draw(data, size, number, shift)
    await writeImage(path, { data, width: size, height: size, header: headerOf(size, number, shift) })
  }
}

export function nameOf(number) {
  return `frame-${String(number).padStart(4, '0')}.fits`
}

function draw(data, size, number, { x, y }) {
  // Noise enough for a median to have something to do, and quick to make.
  let state = number + 1
  for (let pixel = 0; pixel < data.length; pixel++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[pixel] = 1000 + (state >>> 26)
  }
  for (let star = 0; star < 200; star++) {
    const [left, bottom] = [20 + ((star * 7919) % (size - 40)), 20 + ((star * 104729) % (size - 40))]
    for (let dy = -6; dy <= 6; dy++)
      for (let dx = -6; dx <= 6; dx++) {
        const [column, row] = [Math.round(left + x) + dx, Math.round(bottom + y) + dy]
        data[row * size + column] += 20000 * Math.exp(-((column - left - x) ** 2 + (row - bottom - y) ** 2) / 5)
      }
  }
}

function headerOf(size, number, { x, y }) {
  const cards = {
    ...{
      CTYPE1: 'RA---TAN',
      CTYPE2: 'DEC--TAN',
      CRVAL1: 150,
      CRVAL2: 30,
      CD1_1: -1e-4,
      CD1_2: 0,
      CD2_1: 0,
      CD2_2: 1e-4,
    },
    ...{ CRPIX1: size / 2 + x, CRPIX2: size / 2 + y, EXPTIME: 30, FILTER: 'rp', GAIN: 1.5 },
    'DATE-OBS': new Date(Date.UTC(2024, 6, 18, 21) + number * 40_000).toISOString().slice(0, -1),
  }
  return Object.entries(cards).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())
}
