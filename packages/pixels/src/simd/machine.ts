import { Arena } from '../arena.js'
import { RANDOM_COUNT, randomSequence } from '../random-sequence.js'
import { compiledModule, type ModuleName } from './compiled-module.js'

const PAGE = 65_536

/** Behind what the modules keep for themselves: the random numbers in both forms, then room for pieces of arrays from elsewhere. */
const RANDOMS = PAGE
const DITHER_OFFSETS = RANDOMS + 4 * RANDOM_COUNT
export const SCRATCH = 3 * PAGE
const SCRATCH_BYTES = 256 * 1024

/** The first part of it is for tables and columns, where a kernel needs such. */
export const COLUMN_BYTES = 64 * 1024
export const PIECES = SCRATCH + COLUMN_BYTES
export const PIECES_BYTES = SCRATCH_BYTES - COLUMN_BYTES

/** Room for two vectors, behind the random numbers. */
export const VECTORS = SCRATCH - 64

const ARENA = SCRATCH + SCRATCH_BYTES

/** A kernel's vectors hold a multiple of this many pixels of any type. */
const VECTOR = 16

/** Pieces of arrays from elsewhere lie so many bytes further apart than they need. */
const GAP = 64

/** An exported function: addresses, counts and numbers in, a flag, number or nothing out. */
export type Kernel = (...words: readonly (number | bigint | boolean)[]) => number

/** A memory with the kernels that work on it, and their way to arrays that are not in it. */
export class Machine {
  readonly arena: Arena
  readonly kernels: Readonly<Record<string, Kernel>>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #memory: WebAssembly.Memory
  #randoms = 0
  #ditherOffsets = 0

  /** @param arenaBytes the size of the arena */
  constructor(arenaBytes: number) {
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil((ARENA + arenaBytes) / PAGE) })
    this.bytes = new Uint8Array(this.#memory.buffer)
    this.arena = new Arena(this.#memory.buffer, ARENA)
    this.kernels = this.instantiate('kernels')
  }

  /** The exports of a module, on this memory. */
  instantiate(name: ModuleName): Readonly<Record<string, Kernel>> {
    const imports = { env: { memory: this.#memory, abort() {} } }
    return new WebAssembly.Instance(compiledModule(name), imports).exports as Record<string, Kernel>
  }

  /** The address of the standard's random numbers. */
  get randoms(): number {
    if (this.#randoms === 0) {
      new Float32Array(this.#memory.buffer, RANDOMS).set(randomSequence())
      this.#randoms = RANDOMS
    }
    return this.#randoms
  }

  /** The address of what is added to quantised integers: a half less each of the random numbers, which is exact, as float64. */
  get ditherOffsets(): number {
    if (this.#ditherOffsets === 0) {
      const offsets = Float64Array.from(randomSequence(), (random) => 0.5 - random)
      new Float64Array(this.#memory.buffer, DITHER_OFFSETS).set(offsets)
      this.#ditherOffsets = DITHER_OFFSETS
    }
    return this.#ditherOffsets
  }

  /** The address of an array that is in this memory, with room behind it for a kernel to read on. */
  addressOf({ buffer, byteOffset }: ArrayBufferView): number | undefined {
    return buffer === this.#memory.buffer ? byteOffset : undefined
  }

  /** The most that `borrow` lends, in bytes. */
  get lendable(): number {
    return Math.max(SCRATCH_BYTES, this.arena.free)
  }

  /**
   * Lends memory for the time of a call: the scratch, or where that is too small the rest of the arena.
   *
   * @returns what `use` returns; undefined, without calling it, when there is not so much.
   */
  borrow<Result>(bytes: number, use: (address: number) => Result): Result | undefined {
    if (bytes <= SCRATCH_BYTES) return use(SCRATCH)
    if (bytes > this.arena.free) return undefined
    const mark = this.arena.mark()
    try {
      return use(this.arena.allocate('uint8', bytes).byteOffset)
    } finally {
      this.arena.release(mark)
    }
  }

  /** Copies an array's bytes to an address. */
  copyIn(view: ArrayBufferView, address: number): void {
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), address)
  }

  /** Fills an array with the bytes at an address. */
  copyOut(address: number, view: ArrayBufferView): void {
    const bytes = this.bytes.subarray(address, address + view.byteLength)
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes)
  }

  /**
   * Calls a kernel for all of `count` items, whose results depend on nothing but the same items of the inputs: at once where all arrays are in
   * this memory, else piece by piece, copied in and out.
   *
   * @param call gets the addresses of inputs and output, and a count that is a multiple of 16: of the last items, some may be nothing
   */
  each(
    count: number,
    inputs: readonly ArrayBufferView[],
    output: ArrayBufferView,
    call: (from: readonly number[], to: number, count: number) => void,
  ): void {
    const addresses = inputs.map((input) => this.addressOf(input))
    const to = this.addressOf(output)
    let done = 0
    if (to !== undefined && addresses.every((address) => address !== undefined)) {
      done = count - (count % VECTOR)
      if (done > 0) call(addresses as number[], to, done)
    }
    if (done < count) this.#piecewise(done, count, [...inputs, output], call)
  }

  /** Calls a kernel that only looks at values: at once where they are in this memory, else piece by piece, copied in. */
  scan(values: Float32Array | Float64Array, call: (from: number, count: number) => void): void {
    const address = this.addressOf(values)
    if (address !== undefined) {
      call(address, values.length)
      return
    }
    const piece = PIECES_BYTES / 8
    for (let at = 0; at < values.length; at += piece) {
      const some = values.subarray(at, at + piece)
      this.copyIn(some, PIECES)
      call(PIECES, some.length)
    }
  }

  #piecewise(
    start: number,
    count: number,
    views: readonly ArrayBufferView[],
    call: (from: readonly number[], to: number, count: number) => void,
  ): void {
    const sizes = views.map((view) => view.byteLength / count)
    const all = sizes.reduce((sum, size) => sum + size, 0)
    const fits = Math.floor((SCRATCH_BYTES - views.length * 2 * GAP) / all / VECTOR) * VECTOR
    if (fits < VECTOR) throw new RangeError(`${views.length - 1} arrays are more than a kernel can take at once.`)
    const places = placesOf(sizes, Math.min(fits, roundUp(count - start)))
    for (let at = start; at < count; at += fits) {
      const items = Math.min(fits, count - at)
      const pieces = views.map((view, i) => bytesOf(view, at * sizes[i]!, items * sizes[i]!))
      for (const [i, piece] of pieces.slice(0, -1).entries()) this.copyIn(piece, places[i]!)
      call(places.slice(0, -1), places.at(-1)!, roundUp(items))
      this.copyOut(places.at(-1)!, pieces.at(-1)!)
    }
  }
}

function bytesOf(view: ArrayBufferView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length)
}

/** Where pieces of so many items go, one behind the other. */
function placesOf(sizes: readonly number[], items: number): number[] {
  let next = SCRATCH
  return sizes.map((size) => {
    const place = next
    next += Math.ceil((size * items) / GAP) * GAP + GAP
    return place
  })
}

function roundUp(items: number): number {
  return Math.ceil(items / VECTOR) * VECTOR
}
