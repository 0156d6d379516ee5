import { hasSimd } from '@datalab/pixels'
import type { Range } from './bins.js'
import { BLOCK } from './block.js'
import type { Gate } from './gate.js'
import { type Code, i32Const, op, TYPE, wasmModule } from './wasm-module.js'

const VALUE_BYTES = Float64Array.BYTES_PER_ELEMENT

/** Where kept values begin in the memory: behind the block. */
const KEPT_AT = BLOCK * VALUE_BYTES

// Parameters: how many values, the range, where the next one is kept, and where there is no room any more. Then local variables.
const [COUNT, LOW, HIGH, NEXT, END] = [0, 1, 2, 3, 4]
const [AT, BITS, LOWS, HIGHS, VALUES, BELOW, FOUND, ZERO] = [5, 6, 7, 8, 9, 10, 11, 12]

/** What calls the function of the module. */
interface Kernel {
  readonly memory: WebAssembly.Memory
  /** How many values are below the range, where the next one is to be kept, and whether there is one that is not finite. */
  sift(count: number, low: number, high: number, next: number, end: number): [number, number, number]
}

let modules: Map<number, WebAssembly.Module> | undefined

/** A gate by vectors; undefined where the machine has none. */
export function simdGate(range: Range, room: number): Gate | undefined {
  return hasSimd() ? new SimdGate(range, room) : undefined
}

class SimdGate implements Gate {
  below = 0
  within = 0
  readonly #kernel: Kernel
  readonly #block: Float64Array
  readonly #kept: Float64Array

  constructor(
    private readonly range: Range,
    room: number,
  ) {
    this.#kernel = new WebAssembly.Instance(moduleFor(room), {}).exports as unknown as Kernel
    const { buffer } = this.#kernel.memory
    this.#block = new Float64Array(buffer, 0, BLOCK)
    this.#kept = new Float64Array(buffer, KEPT_AT, room)
  }

  get kept(): Float64Array {
    return this.#kept
  }

  add(block: Float64Array): boolean {
    this.#block.set(block)
    const { low, high } = this.range
    const next = KEPT_AT + this.within * VALUE_BYTES
    const end = KEPT_AT + this.#kept.length * VALUE_BYTES
    const even = block.length - (block.length % 2)
    const [below, nextAfter, found] = even === 0 ? [0, next, 0] : this.#kernel.sift(even, low, high, next, end)
    const last = even < block.length ? (block[even] as number) : Number.POSITIVE_INFINITY
    if (found !== 0 || (even < block.length && !Number.isFinite(last))) return false
    this.below += below + (last < low ? 1 : 0)
    this.within = (nextAfter - KEPT_AT) / VALUE_BYTES
    if (last >= low && last <= high) this.#keep(last)
    return true
  }

  #keep(value: number): void {
    if (this.within < this.#kept.length) this.#kept[this.within] = value
    this.within++
  }
}

function moduleFor(room: number): WebAssembly.Module {
  modules ??= new Map()
  const made = modules.get(room) ?? new WebAssembly.Module(siftModule(room))
  modules.set(room, made)
  return made
}

function siftModule(room: number): Uint8Array<ArrayBuffer> {
  const { i32, f64, v128 } = TYPE
  const before = [...op.get(LOW), ...op.splat, ...op.set(LOWS), ...op.get(HIGH), ...op.splat, ...op.set(HIGHS)]
  const step = [...op.get(AT), ...i32Const(2), ...op.i32Add, ...op.tee(AT), ...op.get(COUNT), ...op.i32LtU]
  const loop = op.loop([...look(), ...op.when([...keepLane(0), ...keepLane(1)]), ...step])
  const below = [...op.get(BELOW), ...op.extractI64(0), ...op.get(BELOW), ...op.extractI64(1), ...op.i64Add]
  const results = [...below, ...op.i32WrapI64, ...op.get(NEXT), ...op.get(FOUND), ...op.anyTrue]
  return wasmModule(
    {
      name: 'sift',
      parameters: [i32, f64, f64, i32, i32],
      results: [i32, i32, i32],
      locals: [i32, i32, v128, v128, v128, v128, v128, v128],
      body: [...before, ...loop, ...results],
    },
    KEPT_AT + room * VALUE_BYTES,
  )
}

/** Looks at two values; leaves on the stack which of them are in the range. */
function look(): Code {
  const load = [...op.get(AT), ...i32Const(3), ...op.i32Shl, ...op.load(0), ...op.set(VALUES)]
  // What is true has all bits set, which is -1.
  const count = [...op.get(BELOW), ...op.get(VALUES), ...op.get(LOWS), ...op.lt, ...op.subI64, ...op.set(BELOW)]
  // Only finite values leave nothing of themselves.
  const rest = [...op.get(VALUES), ...op.get(VALUES), ...op.sub, ...op.get(ZERO), ...op.ne]
  const note = [...op.get(FOUND), ...rest, ...op.or, ...op.set(FOUND)]
  const isAbove = [...op.get(VALUES), ...op.get(LOWS), ...op.ge]
  const isBelow = [...op.get(VALUES), ...op.get(HIGHS), ...op.le]
  return [...load, ...count, ...note, ...isAbove, ...isBelow, ...op.and, ...op.bitmask, ...op.tee(BITS)]
}

/** Keeps one of two values, if it is in the range and there is room. */
function keepLane(lane: 0 | 1): Code {
  const store = [...op.get(NEXT), ...op.get(VALUES), ...op.extractF64(lane), ...op.f64Store(0)]
  const forward = [...op.get(NEXT), ...i32Const(VALUE_BYTES), ...op.i32Add, ...op.set(NEXT)]
  const keep = [...op.get(NEXT), ...op.get(END), ...op.i32LtU, ...op.when(store), ...forward]
  return [...op.get(BITS), ...i32Const(1 << lane), ...op.i32And, ...op.when(keep)]
}
