import type { HeapRange } from './descriptor.js'
import type { FitsSource } from './fits-source.js'
import { readBytes } from './read-bytes.js'

/** Bytes that are read at once, at least, and how many times as many as one reading is worth: of a far source that is 4 MB. */
const READ_AHEAD = 1024 * 1024
const READ_AHEAD_GAPS = 8

/** Reads ranges of a heap in pieces of some megabytes: ranges that follow one another cost few reads. */
export class HeapWindow {
  readonly #source: FitsSource
  readonly #heapOffset: number
  readonly #limit: number
  #bytes = new Uint8Array(0)
  #start = 0

  /** @param limit Where in the heap the last range ends that will be asked for: nothing beyond it is read. */
  constructor(source: FitsSource, heapOffset: number, limit: number) {
    this.#source = source
    this.#heapOffset = heapOffset
    this.#limit = limit
  }

  /** The bytes if they are in memory already, to be read only; else undefined. */
  peek({ offset, length }: HeapRange): Uint8Array | undefined {
    const from = offset - this.#start
    return from >= 0 && from + length <= this.#bytes.length ? this.#bytes.subarray(from, from + length) : undefined
  }

  /** The bytes, to be read only until the next call. */
  async load(range: HeapRange): Promise<Uint8Array> {
    const ahead = Math.max(READ_AHEAD, READ_AHEAD_GAPS * this.#source.gap)
    const length = Math.max(range.length, Math.min(ahead, this.#limit - range.offset))
    this.#bytes = await readBytes(this.#source, this.#heapOffset + range.offset, length)
    this.#start = range.offset
    return this.#bytes.subarray(0, range.length)
  }
}
