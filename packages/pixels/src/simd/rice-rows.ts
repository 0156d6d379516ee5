import type { Samples } from '../pixel-scale.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import { type CodedRows, type CodedSpan, MAX_RICE_BYTES, minRiceBytes } from '../rice-coding.js'
import { ditheringOf, scalingOf } from './integer-converters.js'
import { type Machine, VECTORS } from './machine.js'
import { roomFor, roomForReversed } from './room.js'

/** Rows that are decoded side by side. */
const ABREAST = 4

/** Values that are made before they are copied to where they are wanted: few enough to stay in the processor's cache. */
const STAGE_BYTES = 512 * 1024

/** Some rows, how many, and what they are decoded from and to. */
interface RowsToDecode {
  readonly rows: CodedRows
  readonly count: number
  /** A part of the heap, and where that begins. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly into: Samples
}

/** Decodes rows of pixels by what the rows of a table say of them, which only the kernels look at. */
export class RiceRowDecoder {
  readonly #machine: Machine
  /** What `findRows` leaves. */
  readonly #found: Float64Array

  constructor(machine: Machine) {
    this.#machine = machine
    this.#found = new Float64Array(machine.bytes.buffer, VECTORS, 4)
  }

  /** Where the rows' bytes are. `span` is undefined where some are not in the heap; undefined where the memory has no room for the table. */
  find(rows: CodedRows, least: number): { readonly span: CodedSpan | undefined } | undefined {
    return this.#find(rows, least, 0, rows.image.heap.length)
  }

  /** Whether the bytes of all rows were there, and held all values; undefined where the memory has no room for a row. */
  decode(bytes: Uint8Array, start: number, rows: CodedRows, into: Samples): boolean | undefined {
    const count = rows.table.length / rows.image.table.rowBytes
    const all: RowsToDecode = { rows, count, bytes, start, into }
    if (this.#isHere(rows.table) && this.#isHere(bytes) && this.#isHere(into)) return this.#decodeSome(all)
    const some = Math.max(ABREAST, Math.floor(STAGE_BYTES / (into.byteLength / count)))
    for (let row = 0; row < count; row += some) {
      const isWhole = this.#decodeSome(partOf(all, row, Math.min(count, row + some)))
      if (isWhole !== true) return isWhole
    }
    return true
  }

  #isHere(array: ArrayBufferView): boolean {
    return this.#machine.addressOf(array) !== undefined
  }

  #decodeSome(part: RowsToDecode): boolean | undefined {
    const { rows, count, bytes, start, into } = part
    const least = minRiceBytes(into.length / count, rows.image.coding)
    const found = this.#find(rows, least, start, start + bytes.length)
    if (found === undefined) return undefined
    if (found.span === undefined) return false
    const isWhole = this.#decodeFound(part, found.span)
    if (isWhole !== undefined || count === 1) return isWhole
    // Where there is no room for all of them, there may be for fewer.
    const half = Math.ceil(count / 2)
    return this.#decodeSome(partOf(part, 0, half)) && this.#decodeSome(partOf(part, half, count))
  }

  #find(rows: CodedRows, least: number, start: number, end: number): { span: CodedSpan | undefined } | undefined {
    const { table, image } = rows
    const { rowBytes, descriptor, isLong } = image.table
    const machine = this.#machine
    const address = machine.addressOf(table)
    const count = table.length / rowBytes
    const lengths = [Math.min(least, MAX_RICE_BYTES + 1), MAX_RICE_BYTES] as const
    return machine.borrow(address === undefined ? table.length : 0, (spare) => {
      if (address === undefined) machine.copyIn(table, spare)
      const cells = (address ?? spare) + descriptor
      const areThere = machine.kernels.findRows!(cells, count, rowBytes, isLong, ...lengths, start, end, VECTORS)
      return { span: areThere ? this.#spanFound() : undefined }
    })
  }

  #spanFound(): CodedSpan {
    const found = this.#found
    return { start: found[0]!, end: found[1]!, bytes: found[2]!, longest: found[3]! }
  }

  /** Undefined where the memory has no room. */
  #decodeFound({ rows, count, bytes, start, into }: RowsToDecode, span: CodedSpan): boolean | undefined {
    const machine = this.#machine
    const { table, image } = rows
    const { coding } = image
    const { rowBytes, descriptor, isLong } = image.table
    const width = into.length / count
    const [tableHere, bytesHere] = [machine.addressOf(table), machine.addressOf(bytes)]
    // Nothing may be written behind the last row.
    const intoHere = width % 4 === 0 ? machine.addressOf(into) : undefined
    const tableRoom = tableHere === undefined ? roomFor(table.length) : 0
    const bytesRoom = bytesHere === undefined ? roomFor(span.end - span.start) : 0
    const intoRoom = intoHere === undefined ? roomFor(into.byteLength) : 0
    const [next, reversed] = [roomFor(4 * width), roomForReversed(span.longest)]
    return machine.borrow(tableRoom + bytesRoom + intoRoom + ABREAST * (next + reversed), (spare) => {
      const [at, to] = [spare + tableRoom, intoHere ?? spare + tableRoom + bytesRoom]
      const integers = spare + tableRoom + bytesRoom + intoRoom
      if (tableHere === undefined) machine.copyIn(table, spare)
      if (bytesHere === undefined) machine.copyIn(bytes.subarray(span.start - start, span.end - start), at)
      const from = bytesHere === undefined ? ([at, span.start] as const) : ([bytesHere, start] as const)
      this.#useValues(rows, into.BYTES_PER_ELEMENT)
      const isWhole = machine.kernels.decodeRows!(
        ...[tableHere ?? spare, count, rowBytes, descriptor, isLong, ...from, to, width, into.BYTES_PER_ELEMENT],
        ...[Math.min(coding.blocksize, width), coding.bytepix * 8],
        ...[integers, next, integers + ABREAST * next, reversed],
      )
      if (isWhole && intoHere === undefined) machine.copyOut(to, into)
      return isWhole !== 0
    })
  }

  /** Says what integers become, in `bytes` bytes each. */
  #useValues({ image: { values, coding }, first }: CodedRows, bytes: number): void {
    const { kernels } = this.#machine
    if (values.kind === 'scaled') {
      const { isShift, nan } = scalingOf(values.scale, coding, bytes)
      kernels.useScale!(isShift, values.scale.bscale, values.scale.bzero, nan)
      return
    }
    const { scaleAt, zeroAt, firstSeed } = values
    const { isDithered, hasBlank, blank, hasMark, mark } = ditheringOf(values)
    const seed = isDithered ? (firstSeed + first) % RANDOM_COUNT : 0
    const offsets = isDithered ? this.#machine.ditherOffsets : 0
    kernels.useQuantization!(isDithered, scaleAt, zeroAt, hasBlank, blank, hasMark, mark, seed, offsets)
  }
}

function partOf({ rows, count, bytes, start, into }: RowsToDecode, from: number, to: number): RowsToDecode {
  const { image, first, table } = rows
  const { rowBytes } = image.table
  const width = into.length / count
  const part = { image, first: first + from, table: table.subarray(from * rowBytes, to * rowBytes) }
  return { rows: part, count: to - from, bytes, start, into: into.subarray(from * width, to * width) }
}
