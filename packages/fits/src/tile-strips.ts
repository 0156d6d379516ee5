import type { PixelRequest } from './image-hdu.js'
import type { StoredPixels } from './samples.js'
import { runsOf, type Section, wholeSection } from './section.js'
import type { SharedRoom } from './shared-room.js'
import { SpillBuffer } from './spill-buffer.js'
import type { TileGrid } from './tile-grid.js'

/** The most that is decoded together of tiles that lie side by side, in bytes; a tile alone is decoded wholly anyway. */
const STRIP_BYTES = 256 * 1024 * 1024

/** What strips are decoded with, and kept in. */
export interface TileStripsParts {
  readonly grid: TileGrid
  /** Of which a strip takes its memory; where there is no more, it is in the room's file. */
  readonly room: SharedRoom
  /** Fills `into` with the pixels of a section. */
  readonly decode: (request: PixelRequest) => Promise<void>
}

/** Rows of all planes, one plane after the other: from one up to, not including, another. */
interface Rows {
  readonly from: number
  readonly to: number
}

/** Values that are read again. */
interface KeptValues {
  /** Fills `into` with the values from one on. */
  readonly copy: (at: number, into: StoredPixels) => void | Promise<void>
  readonly release: () => void | Promise<void>
}

/** A strip whose rows are not all read yet. */
interface KeptStrip extends Rows, KeptValues {
  readonly isPhysical: boolean
}

/**
 * Reads whole rows of an image whose tiles are several rows high. The tiles that lie side by side are a strip: where not all its rows are wanted,
 * it is decoded once, and its rows are kept for the next readings, so that no tile is decoded for each few rows of it, however large it is.
 */
export class TileStrips {
  readonly #parts: TileStripsParts
  readonly #width: number
  readonly #height: number
  readonly #rows: number
  #kept: KeptStrip | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: TileStripsParts) {
    const { axes, tile } = parts.grid
    this.#parts = parts
    this.#width = axes[0]!
    this.#height = axes[1] ?? 1
    this.#rows = tile[1] ?? 1
  }

  /** Fills `request.into`, one reading after the other; false where that is no whole rows, or their tiles make no strips. */
  async read(request: PixelRequest): Promise<boolean> {
    const { section, into } = request
    const [whole] = runsOf(section, wholeSection(this.#parts.grid.axes))
    if (whole?.length !== into.length || whole.at % this.#width !== 0 || !this.#makesStrips(into)) return false
    const from = whole.at / this.#width
    const reading = this.#turn.then(() => this.#read({ from, to: from + into.length / this.#width }, request))
    this.#turn = reading.catch(() => undefined)
    await reading
    return true
  }

  /** Releases what is kept, when it is not read any more. */
  async close(): Promise<void> {
    await this.#turn
    await this.#release()
  }

  #makesStrips({ BYTES_PER_ELEMENT }: StoredPixels): boolean {
    const { tile, counts } = this.#parts.grid
    const isFlat = this.#rows > 1 && tile.slice(2).every((length) => length === 1)
    return isFlat && (counts[0] === 1 || this.#rows * this.#width * BYTES_PER_ELEMENT <= STRIP_BYTES)
  }

  async #read({ from, to }: Rows, request: PixelRequest): Promise<void> {
    const width = this.#width
    for (let row = from; row < to; ) {
      const strip = this.#stripAt(row)
      const end = row === strip.from && to >= strip.to ? this.#endOfWhole(row, to) : Math.min(to, strip.to)
      const into = request.into.subarray((row - from) * width, (end - from) * width)
      if (row === strip.from && end >= strip.to) await this.#decode({ from: row, to: end }, { ...request, into })
      else {
        const { copy } = await this.#keep(strip, request)
        await copy((row - strip.from) * width, into)
        if (end === strip.to) await this.#release()
      }
      row = end
    }
  }

  /** The strip that a row is in. */
  #stripAt(row: number): Rows {
    const plane = row - (row % this.#height)
    const from = row - ((row - plane) % this.#rows)
    return { from, to: Math.min(from + this.#rows, plane + this.#height) }
  }

  /** Where the strips of a plane end, from the one that begins at `row` on, of which no row is behind `to`. */
  #endOfWhole(row: number, to: number): number {
    const plane = row - (row % this.#height)
    return to >= plane + this.#height ? plane + this.#height : to - ((to - plane) % this.#rows)
  }

  /** The strip with these rows, decoded now unless it is kept. */
  async #keep(strip: Rows, request: PixelRequest): Promise<KeptStrip> {
    const isPhysical = request.scale !== undefined
    if (this.#kept?.from === strip.from && this.#kept.isPhysical === isPhysical) return this.#kept
    await this.#release()
    const values = newLike(request.into, (strip.to - strip.from) * this.#width)
    await this.#decode(strip, { ...request, into: values })
    this.#kept = { ...strip, isPhysical, ...(await this.#place(values)) }
    return this.#kept
  }

  async #place(values: StoredPixels): Promise<KeptValues> {
    const { room } = this.#parts
    return room.take(values.byteLength) ? inMemory(values, room) : inFile(values, room)
  }

  async #release(): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    await kept?.release()
  }

  async #decode({ from, to }: Rows, request: PixelRequest): Promise<void> {
    await this.#parts.decode({ ...request, section: this.#sectionOf(from, to - from) })
  }

  /** So many rows of a plane. */
  #sectionOf(row: number, count: number): Section {
    const { axes } = this.#parts.grid
    let rest = Math.floor(row / this.#height)
    const start = axes.map((length, axis) => {
      if (axis < 2) return axis === 0 ? 0 : row % this.#height
      const position = rest % length
      rest = Math.floor(rest / length)
      return position
    })
    return { start, size: axes.map((length, axis) => (axis === 0 ? length : axis === 1 ? count : 1)) }
  }
}

function inMemory(values: StoredPixels, room: SharedRoom): KeptValues {
  return {
    copy: (at, into) => into.set(values.subarray(at, at + into.length) as never),
    release: () => room.release(values.byteLength),
  }
}

async function inFile(values: StoredPixels, room: SharedRoom): Promise<KeptValues> {
  const file = new SpillBuffer({ memoryBytes: 0, room })
  try {
    await file.append(bytesOf(values))
  } catch (error) {
    await file.close()
    throw error
  }
  return {
    copy: (at, into) => file.read(at * into.BYTES_PER_ELEMENT, bytesOf(into)),
    release: () => file.close(),
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: StoredPixels): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function newLike(pixels: StoredPixels, length: number): StoredPixels {
  return new (pixels.constructor as new (length: number) => StoredPixels)(length)
}
