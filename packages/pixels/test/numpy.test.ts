import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadKernels, type Plane } from '../src/index.js'

// What NumPy found for the same frames, by `make-medians.py`.
const { digests } = JSON.parse(readFileSync(new URL('./fixtures/medians.json', import.meta.url), 'utf8')) as {
  digests: Record<string, string>
}

const PIXELS = 512 * 512
const TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
}

const kernels = loadKernels()

/** A pseudo-random 32-bit word for a pixel of a frame. */
function wordOf(frame: number, pixel: number): number {
  let x = Math.imul(pixel, 2_654_435_761) + frame * 40_503 + 12_345
  for (let round = 0; round < 2; round++) x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
  return (x ^ (x >>> 16)) >>> 0
}

function frameOf(name: keyof typeof TYPES, frame: number, hasHoles: boolean): Plane {
  const isFloat = name === 'float32' || name === 'float64'
  const plane = new TYPES[name](PIXELS)
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const x = wordOf(frame, pixel)
    // An integer that is not of the type's range is cut to its low bits.
    if (!isFloat) plane[pixel] = x
    else plane[pixel] = hasHoles && x % 7 === 3 ? Number.NaN : (x % 100_003) / 7 - 5000
  }
  return plane
}

/** As the script has it: NaN is known by many bits, and counts as one value. */
function digestOf(values: Float32Array | Float64Array): string {
  const known = values.map((value) => (Number.isNaN(value) ? -1e6 : value))
  const hash = createHash('sha256').update(new Uint8Array(known.buffer)).digest('hex')
  return `${values instanceof Float32Array ? 'float32' : 'float64'} ${hash}`
}

interface Job {
  readonly job: string
  readonly name: keyof typeof TYPES
  readonly count: number
  readonly hasHoles: boolean
}

const kinds = new Map<string, Job[]>()
for (const job of Object.keys(digests)) {
  const [name, count, holes] = job.split(' ') as [Job['name'], string, string?]
  const kind = holes === undefined ? name : `${name} with NaN`
  kinds.set(kind, [...(kinds.get(kind) ?? []), { job, name, count: Number(count), hasHoles: holes !== undefined }])
}

test.each([...kinds])('medians of %s are those of NumPy, bit for bit', { timeout: 120_000 }, (_, jobs) => {
  const { name, hasHoles } = jobs[0]!
  const frames = Array.from({ length: Math.max(...jobs.map(({ count }) => count)) }, (_, frame) =>
    frameOf(name, frame, hasHoles),
  )
  const into = name === 'float32' ? new Float32Array(PIXELS) : new Float64Array(PIXELS)
  for (const { job, count } of jobs) {
    kernels.median(frames.slice(0, count), into)
    expect({ job, digest: digestOf(into) }).toEqual({ job, digest: digests[job] })
  }
})
