import type { RiceRows } from '@datalab/pixels'
import { type Compression, compressionOf } from './compression.js'
import type { HduParts } from './hdu.js'
import type { Header } from './header.js'
import { HeapWindow } from './heap-window.js'
import { ImageHdu, type PixelRequest } from './image-hdu.js'
import { restoreHeader } from './restore-header.js'
import { riceRowsOf } from './rice-rows.js'
import type { StoredPixels } from './samples.js'
import { copyShared, isWithin, runsOf, type Section, sectionPixels, wholeSection } from './section.js'
import { type Tile, tileAt, tilesOf } from './tile-grid.js'
import { TileReader } from './tile-reader.js'
import { type TileCell, TileTable } from './tile-table.js'

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

/**
 * An image that is compressed tile by tile in a binary table (FITS 4.0, section 10).
 *
 * Only the tiles that the asked pixels touch are read. Those that go on behind them are kept decoded, so that reading row after row, or
 * strip after strip, decodes each tile once.
 */
export class CompressedImage extends ImageHdu {
  readonly #place: Pick<HduParts, 'dataOffset' | 'dataLength' | 'maxTileBytes'>
  #header: Header | undefined
  #table: TileTable | undefined
  #compression: Compression | undefined
  #kept: { readonly isPhysical: boolean; readonly tiles: KeptTiles } = { isPhysical: true, tiles: new Map() }

  constructor(parts: HduParts) {
    super(parts)
    this.#place = parts
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
    const { grid } = this.#compression!
    const isPhysical = request.scale !== undefined
    const reader = new TileReader({
      ...{ compression: this.#compression!, table: this.#table!, bitpix: this.bitpix },
      ...{ scale: request.scale, maxTileBytes: this.#place.maxTileBytes },
    })
    const kept: KeptTiles = isPhysical === this.#kept.isPhysical ? this.#kept.tiles : new Map()
    const reading: Reading = { ...request, reader, kept, keep: new Map(), keptBytes: 0 }
    for (const { at, length } of runsOf(tilesOf(grid, request.section), wholeSection(grid.counts))) {
      for (let first = at; first < at + length; first += BATCH_TILES) {
        await this.#decodeTiles(reading, first, Math.min(first + BATCH_TILES, at + length))
      }
    }
    this.#kept = { isPhysical, tiles: reading.keep }
  }

  /** Decodes tiles that follow one another in the table. */
  async #decodeTiles(reading: Reading, first: number, end: number): Promise<void> {
    if (areKept(reading.kept, first, end)) {
      for (let index = first; index < end; index++) this.#useKept(reading, index)
      return
    }
    const cells = await this.#table!.readCells(first, end)
    const heap = new HeapWindow(this.source, this.#table!.heapOffset, endOfHeapUse(cells))
    for (const [i, cell] of cells.entries()) {
      reading.signal?.throwIfAborted()
      if (reading.kept.has(first + i)) this.#useKept(reading, first + i)
      else await this.#decodeTile(reading, first + i, cell, heap)
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
    await reading.reader.read(tile, cell, heap, values)
    if (target) return
    copyShared(values, tile, reading.into, reading.section)
    keepTile(reading, tile, values)
  }
}

function areKept(kept: KeptTiles, first: number, end: number): boolean {
  for (let index = first; index < end; index++) if (!kept.has(index)) return false
  return true
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

function endOfHeapUse(cells: readonly TileCell[]): number {
  let end = 0
  for (const { compressed, gzipped, uncompressed } of cells) {
    for (const range of [compressed, gzipped, uncompressed]) end = Math.max(end, range.offset + range.length)
  }
  return end
}
