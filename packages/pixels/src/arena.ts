/** The arrays an arena can give, by the names of their elements. */
export interface PixelArrays {
  uint8: Uint8Array<ArrayBuffer>
  int16: Int16Array<ArrayBuffer>
  uint16: Uint16Array<ArrayBuffer>
  int32: Int32Array<ArrayBuffer>
  uint32: Uint32Array<ArrayBuffer>
  float32: Float32Array<ArrayBuffer>
  float64: Float64Array<ArrayBuffer>
}

const TYPES = {
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

/** Arrays begin at whole cache lines, and a kernel may read up to one line behind them. */
const LINE = 64

/**
 * The memory that kernels work on without copying: a stack of arrays, of a size that never changes.
 *
 * Files can be read straight into its arrays. They are not cleared: they hold what was there before. Kernels take arrays from elsewhere, too,
 * and copy those piece by piece.
 */
export class Arena {
  readonly #buffer: ArrayBuffer
  readonly #start: number
  #top: number

  /** @param start the first byte that arrays may take */
  constructor(buffer: ArrayBuffer, start = 0) {
    this.#buffer = buffer
    this.#start = roundUp(start)
    this.#top = this.#start
  }

  /** All there is, in bytes. */
  get size(): number {
    return this.#buffer.byteLength - this.#start
  }

  /** What is left, in bytes. */
  get free(): number {
    return Math.max(0, this.#buffer.byteLength - this.#top - LINE)
  }

  /**
   * An array of `length` elements.
   *
   * @throws RangeError when the arena has no room for it.
   * @example arena.allocate('float32', 4096)
   */
  allocate<Type extends keyof PixelArrays>(type: Type, length: number): PixelArrays[Type] {
    const at = this.#take(length * TYPES[type].BYTES_PER_ELEMENT)
    return this.#view(type, at, length)
  }

  /**
   * Arrays of one length, for the bands of several frames: apart from each other by an odd number of cache lines, so that the same pixel of
   * all of them does not fall into one set of the cache.
   *
   * @throws RangeError when the arena has no room for them.
   */
  allocatePlanes<Type extends keyof PixelArrays>(type: Type, count: number, length: number): PixelArrays[Type][] {
    const stride = planeStride(length * TYPES[type].BYTES_PER_ELEMENT)
    const at = this.#take(stride * count)
    return Array.from({ length: count }, (_, plane) => this.#view(type, at + plane * stride, length))
  }

  /** What is taken now; give it to `release` to free all that is taken later. */
  mark(): number {
    return this.#top
  }

  /** Frees what was taken since a mark; everything, without one. Arrays from there may be given out again. */
  release(mark: number = this.#start): void {
    this.#top = Math.max(this.#start, Math.min(mark, this.#top))
  }

  #view<Type extends keyof PixelArrays>(type: Type, at: number, length: number): PixelArrays[Type] {
    return new TYPES[type](this.#buffer, at, length) as PixelArrays[Type]
  }

  #take(bytes: number): number {
    const taken = roundUp(bytes)
    if (taken > this.free)
      throw new RangeError(`The arena has ${this.free} bytes left of ${this.size}, and ${taken} are asked for.`)
    const at = this.#top
    this.#top += taken
    return at
  }
}

/** The bytes that planes of so many bytes are apart, as `allocatePlanes` lays them. */
export function planeStride(bytes: number): number {
  const lines = Math.ceil(bytes / LINE)
  return (lines + (lines % 2 === 0 ? 1 : 2)) * LINE
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE
}
