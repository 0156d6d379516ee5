import { binaryTableCards } from './binary-table-cards.js'
import { Card } from './card.js'
import { Checksum } from './checksum.js'
import { withChecksums } from './checksum-header.js'
import { EMPTY_PRIMARY } from './empty-primary.js'
import { encodePadding } from './encode-padding.js'
import { Header } from './header.js'
import { isStructureCard } from './image-header.js'
import { type EncodedTile, rowsOfTiles, type TileEncoder, type TileRows } from './tile-encoder.js'
import { type TileGrid, tileCount } from './tile-grid.js'

/** Heap places beyond this need 64-bit descriptors. */
const MAX_SHORT = 2 ** 31 - 1

/** The keywords of an image that its table keeps under other names (FITS 4.0, section 10.1.2). */
const KEPT: ReadonlyMap<string, string> = new Map([
  ['SIMPLE', 'ZSIMPLE'],
  ['XTENSION', 'ZTENSION'],
  ['BITPIX', 'ZBITPIX'],
  ['NAXIS', 'ZNAXIS'],
  ['PCOUNT', 'ZPCOUNT'],
  ['GCOUNT', 'ZGCOUNT'],
  ['EXTEND', 'ZEXTEND'],
  ['BLOCKED', 'ZBLOCKED'],
  ['CHECKSUM', 'ZHECKSUM'],
  ['DATASUM', 'ZDATASUM'],
])

/**
 * The binary table of a compressed image (FITS 4.0, section 10.1): it learns of each tile's bytes, which the caller keeps, and tells what
 * goes before them.
 */
export class CompressedImageTable {
  readonly #encoder: TileEncoder
  readonly #grid: TileGrid
  readonly #lengths: Float64Array
  readonly #fallbacks = new Set<number>()
  readonly #scales: Float64Array
  readonly #zeros: Float64Array
  readonly #sum = new Checksum()
  readonly #checksum: boolean
  #count = 0
  #heapLength = 0

  /** @param checksum Whether the HDUs get checksums. */
  constructor(encoder: TileEncoder, grid: TileGrid, checksum: boolean) {
    this.#encoder = encoder
    this.#grid = grid
    this.#checksum = checksum
    const count = tileCount(grid)
    this.#lengths = new Float64Array(count)
    this.#scales = new Float64Array(encoder.isQuantized ? count : 0)
    this.#zeros = new Float64Array(encoder.isQuantized ? count : 0)
  }

  /** Adds the next tile; returns its bytes, which come next in the heap. */
  add(tile: EncodedTile): Uint8Array {
    this.addRows(rowsOfTiles([tile]), tile.bytes)
    return tile.bytes
  }

  /**
   * Adds the next tiles.
   *
   * @param bytes All of theirs, which come next in the heap.
   */
  addRows({ lengths, scales, zeros, fallbacks }: TileRows, bytes: Uint8Array): void {
    for (const place of fallbacks) this.#fallbacks.add(this.#count + place)
    this.#lengths.set(lengths, this.#count)
    if (this.#encoder.isQuantized) {
      this.#scales.set(scales, this.#count)
      this.#zeros.set(zeros, this.#count)
    }
    if (this.#checksum) this.#sum.add(bytes)
    this.#heapLength += bytes.length
    this.#count += lengths.length
  }

  /**
   * All that the file has before the heap, when each tile was added: an empty primary HDU, and the table's header and rows.
   *
   * @param plain The header that the image would have uncompressed, with its checksums where there shall be some.
   */
  start(plain: Header): Uint8Array<ArrayBuffer>[] {
    const rows = this.#rows()
    const header = this.#header(plain)
    if (!this.#checksum) return [EMPTY_PRIMARY.format(), header.format(), rows]
    // The sum of parts that are whole words is that of the parts' sums, in any order.
    const sum = new Checksum(this.#sum.value)
    sum.add(rows)
    return [withChecksums(EMPTY_PRIMARY, new Checksum()).format(), withChecksums(header, sum).format(), rows]
  }

  /** What fills the last block, behind the heap. */
  end(): Uint8Array<ArrayBuffer> {
    return encodePadding(this.#rowBytes * this.#lengths.length + this.#heapLength)
  }

  get #isLong(): boolean {
    return this.#heapLength > MAX_SHORT
  }

  get #hasFallbacks(): boolean {
    return this.#fallbacks.size > 0
  }

  get #rowBytes(): number {
    const descriptor = this.#isLong ? 16 : 8
    return descriptor * (this.#hasFallbacks ? 2 : 1) + (this.#encoder.isQuantized ? 16 : 0)
  }

  #rows(): Uint8Array<ArrayBuffer> {
    const rowBytes = this.#rowBytes
    const view = new DataView(new ArrayBuffer(rowBytes * this.#lengths.length))
    const descriptor = this.#isLong ? 16 : 8
    this.#putDescriptors(view)
    putDoubles(view, descriptor, rowBytes, this.#scales)
    putDoubles(view, descriptor + 8, rowBytes, this.#zeros)
    return new Uint8Array(view.buffer)
  }

  #putDescriptors(view: DataView): void {
    const rowBytes = this.#rowBytes
    const put = this.#isLong ? putLong : putShort
    // Behind all else in the row, of its last bytes.
    const fallbackAt = rowBytes - (this.#isLong ? 16 : 8)
    const fallbacks = this.#fallbacks
    const lengths = this.#lengths
    let place = 0
    for (let tile = 0; tile < lengths.length; tile++) {
      const at = tile * rowBytes
      const length = lengths[tile]!
      put(view, fallbacks.has(tile) ? at + fallbackAt : at, length, place)
      place += length
    }
  }

  #header(plain: Header): Header {
    const columns = this.#columns()
    const structure = binaryTableCards({
      rowBytes: this.#rowBytes,
      rowCount: this.#lengths.length,
      heapBytes: this.#heapLength,
      columnCount: columns.length,
    })
    const fields = columns.flatMap(([name, format], i) => [
      new Card(`TTYPE${i + 1}`, name),
      new Card(`TFORM${i + 1}`, format),
    ])
    const image = plain.cards.filter(isStructureCard).map(keptCard)
    const tile = this.#grid.tile.map((length, axis) => new Card(`ZTILE${axis + 1}`, length, { comment: 'tile size' }))
    const name = plain.has('EXTNAME') ? [] : [new Card('EXTNAME', 'COMPRESSED_IMAGE')]
    const rest = plain.cards.filter((card) => !isStructureCard(card)).map(keptCard)
    const compressed = new Card('ZIMAGE', true, { comment: 'extension contains compressed image' })
    return new Header([
      ...structure,
      ...fields,
      compressed,
      ...image,
      ...tile,
      ...this.#encoder.cards(),
      ...name,
      ...rest,
    ])
  }

  #columns(): [name: string, format: string][] {
    const code = this.#isLong ? 'Q' : 'P'
    const longest = (isFallback: boolean) =>
      this.#lengths.reduce(
        (most, length, i) => (this.#fallbacks.has(i) === isFallback ? Math.max(most, length) : most),
        0,
      )
    const columns: [string, string][] = [['COMPRESSED_DATA', `1${code}B(${longest(false)})`]]
    if (this.#encoder.isQuantized) columns.push(['ZSCALE', '1D'], ['ZZERO', '1D'])
    if (this.#hasFallbacks) columns.push(['GZIP_COMPRESSED_DATA', `1${code}B(${longest(true)})`])
    return columns
  }
}

function putShort(view: DataView, at: number, length: number, place: number): void {
  view.setInt32(at, length)
  view.setInt32(at + 4, place)
}

function putLong(view: DataView, at: number, length: number, place: number): void {
  view.setBigInt64(at, BigInt(length))
  view.setBigInt64(at + 8, BigInt(place))
}

/** Puts a number into each row, so many bytes apart. */
function putDoubles(view: DataView, start: number, apart: number, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) view.setFloat64(start + i * apart, values[i]!)
}

/** The card under the name that the table keeps it by. */
function keptCard(card: Card): Card {
  if (card.isCommentary) return card
  const keyword = /^NAXIS\d+$/.test(card.keyword) ? `Z${card.keyword}` : KEPT.get(card.keyword)
  return keyword === undefined ? card : new Card(keyword, card.value, { comment: card.comment })
}
