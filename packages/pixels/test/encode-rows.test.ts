import { describe, expect, test } from 'vitest'
import {
  type EncodedRows,
  type EncodeRowsOptions,
  encodeRows,
  maxRiceBytes,
  prepareEncoding,
  rowsToEncode,
} from '../src/index.js'
import { noise, simd } from './support.js'

const WIDTH = 700
const HEIGHT = 900
const CODING = { bytepix: 4, blocksize: 32 } as const
const OPTIONS: EncodeRowsOptions = {
  ...{ width: WIDTH, height: HEIGHT, level: 4, dithering: 'SUBTRACTIVE_DITHER_1', firstSeed: 9990 },
}

/** Noise; a few rows have missing pixels, are all the same, or cannot be quantised. */
function image(): Float32Array {
  const values = Float32Array.from(noise(WIDTH * HEIGHT, 5), (value) => 1000 + 20 * value)
  values.fill(Number.NaN, 3 * WIDTH, 3 * WIDTH + 40)
  values.fill(Number.NaN, 5 * WIDTH, 6 * WIDTH)
  values.fill(7, 400 * WIDTH, 401 * WIDTH)
  values[899 * WIDTH] = Number.POSITIVE_INFINITY
  return values
}

/** The image in bands, always in the same memory. */
async function* bandsOf(values: Float32Array, rows = rowsToEncode(WIDTH, HEIGHT)): AsyncGenerator<Float32Array, void> {
  const room = new Float32Array(rows * WIDTH)
  for (let at = 0; at < values.length; at += room.length) {
    const part = values.subarray(at, at + room.length)
    room.set(part)
    yield room.subarray(0, part.length)
    room.fill(-1)
  }
}

/** What the kernels make of a row. */
function wanted(values: Float32Array, row: number) {
  const integers = new Int32Array(WIDTH)
  const quantizing = { level: 4, dithering: 'SUBTRACTIVE_DITHER_1', seed: 9990 + row } as const
  const plan = simd.quantize(values.subarray(row * WIDTH, (row + 1) * WIDTH), quantizing, integers)
  if (plan === undefined) return undefined
  const into = new Uint8Array(maxRiceBytes(WIDTH, CODING))
  const bytes = into.slice(0, simd.encodeRice(integers, CODING, into))
  return { bytes, scale: plan.scale, zero: plan.zero }
}

/** A row, taken from what all rows of its band have. */
interface FoundRow {
  readonly bytes: Uint8Array | undefined
  readonly values: Float32Array | undefined
  readonly scale: number
  readonly zero: number
}

async function all(bands: AsyncIterable<EncodedRows>): Promise<FoundRow[]> {
  const found: FoundRow[] = []
  for await (const { lengths, scales, zeros, bytes, values } of bands) {
    let at = 0
    for (const [row, length] of lengths.entries()) {
      const coded = { bytes: bytes.slice(at, at + length), values: undefined }
      const left = { bytes: undefined, values: values?.slice(row * WIDTH, (row + 1) * WIDTH) }
      found.push({ ...(length > 0 ? coded : left), scale: scales[row]!, zero: zeros[row]! })
      at += length
    }
    expect(at).toBe(bytes.length)
  }
  return found
}

describe.each([0, 1, 3])('with %i worker threads', (workers) => {
  test('rows are coded as the kernels do it, in their order', async () => {
    const values = image()
    const found = await all(encodeRows(bandsOf(values), { ...OPTIONS, workers }))
    expect(found).toHaveLength(HEIGHT)
    for (const [row, { bytes, scale, zero, values: left }] of found.entries()) {
      const expected = wanted(values, row)
      expect(bytes === undefined ? undefined : { bytes, scale, zero }).toEqual(expected)
      if (bytes === undefined) expect(left).toEqual(values.subarray(row * WIDTH, (row + 1) * WIDTH))
      else expect(left).toBeUndefined()
    }
    expect(found.flatMap(({ bytes }, row) => (bytes === undefined ? [row] : []))).toEqual([400, 899])
  })

  test('rows that would not become smaller are left alone', async () => {
    const values = Float32Array.from({ length: WIDTH * 2 }, (_, i) => (i % 2 === 0 ? i * 1e6 : -i * 1e5 + (i % 7)))
    const options = { ...OPTIONS, height: 2, level: 1e6, workers }
    const [first, second] = await all(encodeRows(bandsOf(values, 1), options))
    expect(first?.bytes).toBeUndefined()
    expect(second?.values).toEqual(values.subarray(WIDTH))
  })

  test('what the bands throw is thrown, and the next encoding is well', async () => {
    async function* broken() {
      for await (const band of bandsOf(image())) {
        yield band
        throw new TypeError('broken')
      }
    }
    await expect(all(encodeRows(broken(), { ...OPTIONS, workers }))).rejects.toThrow('broken')
    const found = await all(encodeRows(bandsOf(image()), { ...OPTIONS, workers }))
    expect(found).toHaveLength(HEIGHT)
  })

  test('who stops early leaves nothing behind', async () => {
    for await (const { bytes } of encodeRows(bandsOf(image()), { ...OPTIONS, workers })) {
      expect(bytes?.length).toBeGreaterThan(0)
      break
    }
  })
})

test('a band is of half a megabyte, or of one row', () => {
  expect([rowsToEncode(4096, 4096), rowsToEncode(4096, 10), rowsToEncode(2 ** 20, 8)]).toEqual([32, 10, 1])
})

test('a thread that was started early codes as well', async () => {
  prepareEncoding({ width: 4096, height: 4096 })
  const found = await all(encodeRows(bandsOf(image()), OPTIONS))
  expect(found[7]?.bytes).toEqual(wanted(image(), 7)?.bytes)
  expect(found).toHaveLength(HEIGHT)
})
