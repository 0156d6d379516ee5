import { type Compression, compressionOf } from './compression.js'
import type { HduParts } from './hdu.js'
import type { Header } from './header.js'
import { HeapWindow } from './heap-window.js'
import { ImageHdu, type RowRange } from './image-hdu.js'
import { restoreHeader } from './restore-header.js'
import { allocateSamples, type Samples } from './samples.js'
import { bandsOf, type Tile, type TileGrid, tileAt, tilePixels, tileRows } from './tile-grid.js'
import { TileReader } from './tile-reader.js'
import { type TileCell, TileTable } from './tile-table.js'

/** Rows of the table that are read at once. */
const BATCH_TILES = 4096

/** The largest band of tiles that is kept for the next reading, in pixels. */
const KEPT_PIXELS = 32 * 1024 * 1024

interface DecodedTile {
  readonly tile: Tile
  readonly values: Samples
}

/** One reading: what it decodes with, and where to. */
interface Reading {
  readonly range: RowRange
  readonly grid: TileGrid
  readonly reader: TileReader
}

/**
 * An image that is compressed tile by tile in a binary table (FITS 4.0, section 10).
 *
 * Only the tiles that the asked rows touch are read. Where tiles span several rows, the last band of tiles is kept decoded, so that
 * reading row after row decodes each tile once.
 */
export class CompressedImage extends ImageHdu {
  readonly #place: { readonly dataOffset: number; readonly dataLength: number }
  #header: Header | undefined
  #table: TileTable | undefined
  #compression: Compression | undefined
  #kept: { readonly band: number; readonly tiles: readonly DecodedTile[] } | undefined

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
    this.#compression ??= compressionOf(storedHeader, [...this.shape].reverse(), this.bitpix, this.#table)
  }

  protected override async decodeRows(range: RowRange): Promise<void> {
    const { grid } = this.#compression!
    const reader = new TileReader(this.#compression!, this.#table!, this.bitpix, this.scale)
    const bands = bandsOf(grid, range.first, range.end)
    const perBatch = Math.max(1, Math.floor(BATCH_TILES / grid.counts[0]!))
    for (let at = 0; at < bands.length; ) {
      let end = at + 1
      while (end < bands.length && end < at + perBatch && bands[end] === bands[end - 1]! + grid.counts[0]!) end++
      await this.#decodeBands({ range, grid, reader }, bands.slice(at, end))
      at = end
    }
  }

  /** Decodes bands whose rows of the table follow one another. */
  async #decodeBands(reading: Reading, bands: readonly number[]): Promise<void> {
    const kept = this.#kept
    if (kept && bands.length === 1 && kept.band === bands[0]) {
      for (const tile of kept.tiles) copyRows(reading, tile)
      return
    }
    const { grid, range } = reading
    const first = bands[0]!
    const cells = await this.#table!.readCells(first, first + bands.length * grid.counts[0]!)
    const heap = new HeapWindow(this.source, this.#table!.heapOffset, endOfHeapUse(cells))
    for (const band of bands) {
      range.signal?.throwIfAborted()
      await this.#decodeBand(reading, band, cells.slice(band - first, band - first + grid.counts[0]!), heap)
    }
  }

  async #decodeBand(reading: Reading, band: number, cells: readonly TileCell[], heap: HeapWindow): Promise<void> {
    const { grid, reader } = reading
    const tiles: DecodedTile[] = []
    for (const [i, cell] of cells.entries()) {
      const tile = tileAt(grid, band + i)
      const target = targetOf(reading, tile)
      const values = target ?? allocateSamples(this.sampleType, tilePixels(tile))
      await reader.read(tile, cell, heap, values)
      if (target) continue
      copyRows(reading, { tile, values })
      tiles.push({ tile, values })
    }
    const pixels = tiles.reduce((sum, { values }) => sum + values.length, 0)
    if (tiles.length > 0 && pixels <= KEPT_PIXELS && !isDone(tiles, reading)) this.#kept = { band, tiles }
  }
}

/** The part of the result that is exactly this tile, so that it can be decoded in place. */
function targetOf({ range, grid }: Reading, tile: Tile): Samples | undefined {
  const width = grid.axes[0]!
  if (tile.size[0] !== width) return undefined
  const rows = tileRows(grid, tile)
  const first = rows[0]!
  const isWhole = first >= range.first && rows.at(-1)! < range.end && rows.at(-1)! - first === rows.length - 1
  return isWhole
    ? range.into.subarray((first - range.first) * width, (first - range.first + rows.length) * width)
    : undefined
}

function copyRows({ range, grid }: Reading, { tile, values }: DecodedTile): void {
  const width = tile.size[0]!
  tileRows(grid, tile).forEach((row, i) => {
    if (row < range.first || row >= range.end) return
    range.into.set(values.subarray(i * width, (i + 1) * width), (row - range.first) * grid.axes[0]! + tile.start[0]!)
  })
}

/** Whether a reading that goes on after this one has no use for the band. */
function isDone(tiles: readonly DecodedTile[], { range, grid }: Reading): boolean {
  const rows = tileRows(grid, tiles[0]!.tile)
  return rows.at(-1)! < range.end && rows[0]! >= range.first
}

function endOfHeapUse(cells: readonly TileCell[]): number {
  let end = 0
  for (const { compressed, gzipped, uncompressed } of cells) {
    for (const range of [compressed, gzipped, uncompressed]) end = Math.max(end, range.offset + range.length)
  }
  return end
}
