import type { ByteSource } from './byte-source.js'
import type { HeapRange } from './descriptor.js'
import { readBytes } from './read-bytes.js'

const READ_AHEAD = 1024 * 1024

/** Reads ranges of a heap in pieces of about a megabyte: ranges that follow one another cost few reads. */
export class HeapWindow {
  readonly #source: ByteSource
  readonly #heapOffset: number
  readonly #limit: number
  #bytes = new Uint8Array(0)
  #start = 0

  /** @param limit Where in the heap the last range ends that will be asked for: nothing beyond it is read. */
  constructor(source: ByteSource, heapOffset: number, limit: number) {
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
    const length = Math.max(range.length, Math.min(READ_AHEAD, this.#limit - range.offset))
    this.#bytes = await readBytes(this.#source, this.#heapOffset + range.offset, length)
    this.#start = range.offset
    return this.#bytes.subarray(0, range.length)
  }
}
