import { Progress } from '@datalab/core'
import type { Samples } from '@datalab/fits'
import { loadKernels, referenceKernels } from '@datalab/pixels'
import { expect, test } from 'vitest'
import { medianOf } from '../src/index.js'
import { medianInParts, samplePlaces } from '../src/median-in-parts.js'

const LENGTH = 2 ** 20 + 77
const kernels = loadKernels()
const { NaN: missing, POSITIVE_INFINITY: infinite, MAX_VALUE: largest } = Number

/** Numbers from 0 to 1 that look like chance. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    yield (state >>> 0) / 2 ** 32
  }
}

function image(pixelOf: (chance: number, place: number) => number): Float64Array {
  const chance = chances(7)
  return Float64Array.from({ length: LENGTH }, (_, place) => pixelOf(chance.next().value, place))
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Samples) => Buffer.from(buffer, byteOffset, byteLength)

const alone = () => new Progress(() => {}, new AbortController().signal)

test.each<[string, (chance: number, place: number) => number]>([
  ['evenly spread values', (chance) => 1000 * chance],
  ['values far apart', (chance) => Math.sinh(600 * (chance - 0.5))],
  ['a few integers', (chance) => Math.floor(7 * chance)],
  ['two integers, nearly as many of each', (_, place) => place % 2],
  ['one value', () => 3],
  ['one value nearly everywhere', (chance, place) => (place % 1000 === 0 ? chance : 0)],
  ['rising values', (_, place) => place],
  ['a mosaic of four colours', (chance, place) => 100 * ((place % 2) + (Math.floor(place / 1024) % 2)) + chance],
  ['negative ones and zeros of both signs', (chance) => (chance < 0.3 ? -1 : chance < 0.6 ? -0 : 0)],
  ['hardly any value', (chance) => (chance < 0.999 ? missing : chance)],
  ['infinite ones', (chance) => (chance < 0.4 ? -infinite : chance > 0.8 ? infinite : chance < 0.5 ? missing : chance)],
  ['values whose sums no number can hold', (chance) => (chance < 0.001 ? 0 : largest)],
  ['the least of numbers', (chance) => chance * 1e-320],
])('of %s, is the median of all at once', async (_, pixelOf) => {
  const doubles = image(pixelOf)
  for (const values of [doubles, doubles.subarray(1), Float32Array.from(doubles)]) {
    const before = values.slice()
    expect((await medianInParts(kernels, values, alone())) + 0).toBe(medianOf(kernels, values) + 0)
    expect(bytesOf(values).equals(bytesOf(before))).toBe(true)
  }
})

test('a sample that misleads is of no consequence', async () => {
  const values = image((chance) => chance)
  for (const place of samplePlaces(LENGTH)) values[place] = 5
  expect(await medianInParts(kernels, values, alone())).toBe(medianOf(kernels, values))
  const crowded = image((chance) => 0.5 + chance / 1e6)
  for (const place of samplePlaces(LENGTH)) crowded[place] = place / LENGTH
  expect(await medianInParts(referenceKernels(), crowded, alone())).toBe(medianOf(kernels, crowded))
})

test('there is none where there is no finite value', async () => {
  const values = image((chance) => (chance < 0.5 ? missing : infinite))
  expect(await medianInParts(kernels, values, alone())).toBeNaN()
})

test('ends between two parts once the run is to end', async () => {
  const abort = new AbortController()
  let counted = 0
  const counting = {
    ...kernels,
    countFinite: (values: Samples) => {
      counted++
      abort.abort()
      return kernels.countFinite(values)
    },
  }
  const progress = new Progress(() => {}, abort.signal)
  await expect(
    medianInParts(
      counting,
      image((chance) => chance),
      progress,
    ),
  ).rejects.toMatchObject({
    code: 'DATALAB_ABORTED',
  })
  expect(counted).toBe(1)
})
