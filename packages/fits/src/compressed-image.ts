import type { RiceRows } from '@datalab/pixels'
import { CodedRows } from './coded-rows.js'
import { type Compression, compressionOf } from './compression.js'
import type { HduParts } from './hdu.js'
import type { Header } from './header.js'
import { HeapWindow } from './heap-window.js'
import { ImageHdu, type PixelRequest } from './image-hdu.js'
import { joinedRuns } from './joined-runs.js'
import { restoreHeader } from './restore-header.js'
import { riceRowsOf } from './rice-rows.js'
import type { Samples, StoredPixels } from './samples.js'
import { copyShared, isWithin, type PixelRun, runsOf, type Section, sectionPixels, wholeSection } from './section.js'
import type { SharedRoom } from './shared-room.js'
import { type Tile, tileAt, tilesOf } from './tile-grid.js'
import { TileReader } from './tile-reader.js'
import { TileStrips } from './tile-strips.js'
import { rangeOf, type TileCell, TileTable } from './tile-table.js'

/** Rows of the table that are read at once. */
const BATCH_TILES = 4096

/** The most that is kept of decoded tiles for the next reading, in bytes. */
const KEPT_BYTES = 128 * 1024 * 1024

type KeptTiles = ReadonlyMap<number, StoredPixels>

/** One reading: what it decodes with, and what it leaves for the next. */
interface Reading extends PixelRequest {
  readonly reader: TileReader
  /** Tiles by their row in the table, from the reading before. */
  readonly kept: KeptTiles
  readonly keep: Map<number, StoredPixels>
  keptBytes: number
}

/** What is known of a compressed image when the file has been walked. */
export interface CompressedImageParts extends HduParts {
  /** What decoded tiles are kept in whose rows are not all read yet. */
  readonly room: SharedRoom
}

/**
 * An image that is compressed tile by tile in a binary table (FITS 4.0, section 10).
 *
 * Only the tiles that the asked pixels touch are read. Those that go on behind them are kept decoded, so that reading row after row
 * decodes each tile once, and box after box does so as far as there is room.
 */
export class CompressedImage extends ImageHdu {
  readonly #place: Pick<HduParts, 'dataOffset' | 'dataLength' | 'maxTileBytes'>
  #header: Header | undefined
  #table: TileTable | undefined
  #compression: Compression | undefined
  #coded: CodedRows | undefined
  readonly #room: SharedRoom
  #strips: TileStrips | undefined
  #kept: { readonly isPhysical: boolean; readonly tiles: KeptTiles } = { isPhysical: true, tiles: new Map() }

  constructor(parts: CompressedImageParts) {
    super(parts)
    this.#place = parts
    this.#room = parts.room
  }

  override get header(): Header {
    this.#header ??= restoreHeader(this.storedHeader)
    return this.#header
  }

  protected override checkData(): void {
    const { source, storedHeader } = this
    this.#table ??= new TileTable(storedHeader, { source, ...this.#place })
    this.#compression ??= compressionOf(storedHeader, this.axes, this.bitpix, this.#table)
  }

  protected override layout(): RiceRows | undefined {
    const [compression, table] = [this.#compression, this.#table]
    if (compression === undefined || table === undefined) return undefined
    return riceRowsOf({ compression, table, bitpix: this.bitpix, scale: this.scale })
  }

  protected override async decodeSection(request: PixelRequest): Promise<void> {
    if (await this.#decodeRows(request)) return
    this.#strips ??= this.#makeStrips()
    if (!(await this.#strips.read(request))) await this.#decodeBox(request)
  }

  #makeStrips(): TileStrips {
    const decode = (request: PixelRequest) => this.#decodeBox(request)
    const strips = new TileStrips({ grid: this.#compression!.grid, room: this.#room, decode })
    this.source.closeWith(strips)
    return strips
  }

  /** Decodes the tiles that a section touches. */
  async #decodeBox(request: PixelRequest): Promise<void> {
    const { grid } = this.#compression!
    const isPhysical = request.scale !== undefined
    const reader = new TileReader({
      ...{ compression: this.#compression!, table: this.#table!, bitpix: this.bitpix },
      ...{ scale: request.scale, maxTileBytes: this.#place.maxTileBytes },
    })
    const kept: KeptTiles = isPhysical === this.#kept.isPhysical ? this.#kept.tiles : new Map()
    const reading: Reading = { ...request, reader, kept, keep: new Map(), keptBytes: 0 }
    const runs = runsOf(tilesOf(grid, request.section), wholeSection(grid.counts))
    const gap = Math.floor(this.source.gap / this.#table!.rowBytes)
    for (const rows of batchesOf(runs, gap)) await this.#decodeTiles(reading, rows)
    this.#kept = { isPhysical, tiles: reading.keep }
  }

  /** Decodes whole rows of pixels, where they are coded as fpack does it by default; false where that takes more. */
  async #decodeRows({ section, into, scale, signal }: PixelRequest): Promise<boolean> {
    const coded = scale && this.#codedRows()
    const [whole] = runsOf(section, wholeSection(this.axes))
    const width = this.axes[0]!
    if (!coded || into instanceof BigInt64Array || whole?.length !== into.length || whole.at % width !== 0) return false
    const first = whole.at / width
    const count = into.length / width
    for (let done = 0; done < count; done += BATCH_TILES) {
      const part = into.subarray(done * width, Math.min(count, done + BATCH_TILES) * width) as Samples
      if (!(await coded.decode(first + done, part, signal))) return false
    }
    this.#kept = { isPhysical: true, tiles: new Map() }
    return true
  }

  /** What decodes whole rows; undefined where the tiles are none. */
  #codedRows(): CodedRows | undefined {
    const rows = this.#coded === undefined ? this.layout() : undefined
    const { maxTileBytes } = this.#place
    if (rows !== undefined)
      this.#coded = new CodedRows({ rows, width: this.axes[0]!, table: this.#table!, maxTileBytes })
    return this.#coded
  }

  /** Decodes the tiles of these rows. */
  async #decodeTiles(reading: Reading, rows: readonly number[]): Promise<void> {
    const { kept } = reading
    if (rows.every((row) => kept.has(row))) {
      for (const row of rows) this.#useKept(reading, row)
      return
    }
    const cells = await this.#table!.readCells(rows)
    const ranges = cells.flatMap((cell, i) => (kept.has(rows[i]!) ? [] : (rangeOf(cell) ?? [])))
    const heap = new HeapWindow(this.source, this.#table!.heapOffset, ranges)
    for (const [i, cell] of cells.entries()) {
      reading.signal?.throwIfAborted()
      if (kept.has(rows[i]!)) this.#useKept(reading, rows[i]!)
      else await this.#decodeTile(reading, rows[i]!, cell, heap)
    }
  }

  #useKept(reading: Reading, index: number): void {
    const tile = tileAt(this.#compression!.grid, index)
    const values = reading.kept.get(index)!
    copyShared(values, tile, reading.into, reading.section)
    keepTile(reading, tile, values)
  }

  async #decodeTile(reading: Reading, index: number, cell: TileCell, heap: HeapWindow): Promise<void> {
    const tile = tileAt(this.#compression!.grid, index)
    const target = targetOf(reading, tile)
    const values = target ?? newLike(reading.into, sectionPixels(tile))
    await reading.reader.read(tile, cell, heap, values, reading.signal)
    if (target) return
    copyShared(values, tile, reading.into, reading.section)
    keepTile(reading, tile, values)
  }
}

/** Rows of the table that are read together. */
function* batchesOf(runs: Iterable<PixelRun>, gap: number): Generator<readonly number[], void> {
  for (const { places, length } of joinedRuns(runs, { gap, most: BATCH_TILES })) {
    for (let done = 0; done < length; done += BATCH_TILES) {
      const count = Math.min(BATCH_TILES, length - done)
      yield places.flatMap((place) => Array.from({ length: count }, (_, i) => place + done + i))
    }
  }
}

/** Keeps a tile of which the next reading may want more: one that goes on behind this one's section. */
function keepTile(reading: Reading, tile: Tile, values: StoredPixels): void {
  const goesOn = tile.start.some((from, axis) => {
    return from + tile.size[axis]! > reading.section.start[axis]! + reading.section.size[axis]!
  })
  if (!goesOn || reading.keptBytes + values.byteLength > KEPT_BYTES) return
  reading.keep.set(tile.index, values)
  reading.keptBytes += values.byteLength
}

/** The part of the result that is exactly this tile, so that it can be decoded in place. */
function targetOf({ into, section }: { into: StoredPixels; section: Section }, tile: Tile): StoredPixels | undefined {
  if (!isWithin(tile, section)) return undefined
  const length = sectionPixels(tile)
  const { value: run } = runsOf(tile, section).next()
  return run && run.length === length ? into.subarray(run.at, run.at + length) : undefined
}

function newLike(pixels: StoredPixels, length: number): StoredPixels {
  return new (pixels.constructor as new (length: number) => StoredPixels)(length)
}
