import type { HeapRange } from './descriptor.js'
import type { FitsSource } from './fits-source.js'
import { readBytes } from './read-bytes.js'

/** Bytes that are read at once, where there are so many, and how many times as many as one reading is worth: of a far source that is 4 MB. */
const READ_AHEAD = 1024 * 1024
const READ_AHEAD_GAPS = 8

/** Reads ranges of a heap in pieces of some megabytes: ranges that lie close to one another cost few readings. */
export class HeapWindow {
  readonly #source: FitsSource
  readonly #heapOffset: number
  readonly #ranges: readonly HeapRange[]
  #next = 0
  #bytes = new Uint8Array(0)
  #start = 0

  /** @param ranges Those that will be asked for, in this order: nothing is read that does not lie between them. */
  constructor(source: FitsSource, heapOffset: number, ranges: readonly HeapRange[]) {
    this.#source = source
    this.#heapOffset = heapOffset
    this.#ranges = ranges
  }

  /** The bytes if they are in memory already, to be read only; else undefined. */
  peek({ offset, length }: HeapRange): Uint8Array | undefined {
    const from = offset - this.#start
    return from >= 0 && from + length <= this.#bytes.length ? this.#bytes.subarray(from, from + length) : undefined
  }

  /** The bytes, to be read only until the next call. */
  async load(range: HeapRange): Promise<Uint8Array> {
    const length = this.#endFrom(range) - range.offset
    this.#bytes = await readBytes(this.#source, this.#heapOffset + range.offset, length)
    this.#start = range.offset
    return this.#bytes.subarray(0, range.length)
  }

  /** Where the last range ends that is read with this one. */
  #endFrom(range: HeapRange): number {
    const { gap } = this.#source
    const most = range.offset + Math.max(READ_AHEAD, READ_AHEAD_GAPS * gap)
    let end = range.offset + range.length
    this.#next = Math.max(this.#next, this.#ranges.indexOf(range, this.#next) + 1)
    for (let i = this.#next; i < this.#ranges.length; i++) {
      const { offset, length } = this.#ranges[i]!
      const isNear = offset >= range.offset && offset <= end + gap && offset + length <= most
      if (!isNear) break
      end = Math.max(end, offset + length)
    }
    return end
  }
}
