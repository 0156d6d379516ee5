import { type DumpNumber, dumpNumber, NumberHash } from './dump-numbers.js'
import { FitsError } from './errors.js'
import type { ImageHdu } from './image-hdu.js'
import { swapBytes } from './swap-bytes.js'

/** What is said of an image's physical values. */
export interface DumpImage {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly n: number
  readonly nan: number
  /** Of what is not NaN; null without such a value. */
  readonly min: DumpNumber | null
  readonly max: DumpNumber | null
  readonly mean: DumpNumber | null
  readonly sha256: string
  /** Eight values at even distances, each with its place. */
  readonly samples: readonly (readonly [number, DumpNumber])[]
}

/** What is said of an image's stored values. */
export interface DumpRaw {
  readonly dtype: string
  readonly sha256: string
}

const BAND_PIXELS = 1024 * 1024

const DTYPES = new Map([
  [8, 'uint8'],
  [16, 'int16'],
  [32, 'int32'],
  [64, 'int64'],
  [-32, 'float32'],
  [-64, 'float64'],
])

/** The image's values in a few numbers and a hash; read in bands, so that no image is too large. */
export async function dumpImage(hdu: ImageHdu): Promise<DumpImage> {
  const summary = new ImageSummary(hdu.planes * hdu.height * hdu.width)
  const rows = Math.max(1, Math.floor(BAND_PIXELS / Math.max(1, hdu.width)))
  hdu.check()
  for (let plane = 0; plane < hdu.planes; plane++) {
    for (let y = 0; y < hdu.height; y += rows) {
      summary.add(await hdu.readRows(y, Math.min(y + rows, hdu.height), undefined, { plane }))
    }
  }
  return { shape: hdu.shape, dtype: hdu.sampleType, ...summary.result() }
}

/** The hash of the stored values as little-endian numbers. */
export async function dumpRaw(hdu: ImageHdu): Promise<DumpRaw> {
  const hash = new NumberHash()
  let left = hdu.dataLength
  for await (const piece of hdu.storedBytes('data')) {
    const data = piece.subarray(0, left)
    left -= data.length
    swapBytes(data, Math.abs(hdu.bitpix) / 8)
    hash.addBytes(data)
  }
  return { dtype: DTYPES.get(hdu.bitpix) ?? '', sha256: hash.digest() }
}

/** Statistics of values that come part by part. */
export class ImageSummary {
  readonly #hash = new NumberHash()
  readonly #places: readonly number[]
  readonly #samples: [number, DumpNumber][] = []
  #done = 0
  #nan = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #sum = 0
  #lost = 0

  /** @param total Of values to come. */
  constructor(private readonly total: number) {
    const places = Array.from({ length: total === 0 ? 0 : 8 }, (_, k) => Math.floor((k * (total - 1)) / 7))
    this.#places = [...new Set(places)]
  }

  add(values: ArrayLike<number>): void {
    this.#hash.addFloats(values)
    for (const place of this.#places) {
      if (place >= this.#done && place < this.#done + values.length) {
        this.#samples.push([place, dumpNumber(values[place - this.#done]!)])
      }
    }
    for (let i = 0; i < values.length; i++) this.#count(values[i]!)
    this.#done += values.length
  }

  result(): Omit<DumpImage, 'shape' | 'dtype'> {
    const n = this.total
    const count = n - this.#nan
    const some = (value: number) => (count === 0 ? null : dumpNumber(value))
    if (this.#done !== n) throw new FitsError('FITS_INVALID', `${this.#done} values of an image of ${n}`)
    return {
      n,
      nan: this.#nan,
      min: some(this.#min),
      max: some(this.#max),
      mean: some(this.#sum / count),
      sha256: this.#hash.digest(),
      samples: this.#samples,
    }
  }

  #count(value: number): void {
    if (Number.isNaN(value)) {
      this.#nan++
      return
    }
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    // Kahan's summation; where infinities come in, there is nothing to make up for.
    const part = value - this.#lost
    const sum = this.#sum + part
    this.#lost = sum - this.#sum - part
    if (!Number.isFinite(this.#lost)) this.#lost = 0
    this.#sum = sum
  }
}
