// As much of the binary format of WebAssembly as the kernels here need (WebAssembly Core Specification 2.0, chapter 5).

/** Bytes of a module, or of a part of one. */
export type Code = readonly number[]

/** Types of values. */
export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const

/** A function of a module. */
export interface WasmFunction {
  /** What it is exported as. */
  readonly name: string
  readonly parameters: readonly number[]
  readonly results: readonly number[]
  /** Of the local variables that are no parameters. */
  readonly locals: readonly number[]
  readonly body: Code
}

const PAGE_BYTES = 65_536

/** A module with one function, and a memory of so many bytes, which is exported as `memory`. */
export function wasmModule(
  { name, parameters, results, locals, body }: WasmFunction,
  memoryBytes: number,
): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES)
  const declared = locals.flatMap((type) => [1, type])
  const code = [...unsigned(locals.length), ...declared, ...body, 0x0b]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...counted(parameters), ...counted(results)]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, ...unsigned(pages), ...unsigned(pages)]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named(name), 0, 0]),
    ...section(10, [1, ...counted(code)]),
  ])
}

/** A number that is not negative, in groups of seven bits. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))]
}

function counted(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes]
}

function section(id: number, content: Code): Code {
  return [id, ...counted(content)]
}

function named(name: string): Code {
  return counted([...Buffer.from(name)])
}

/** A whole number. */
export function i32Const(value: number): Code {
  const bytes: number[] = [0x41]
  for (let left = value; ; left >>= 7) {
    const isLast = (left >> 7 === 0 && (left & 64) === 0) || (left >> 7 === -1 && (left & 64) !== 0)
    bytes.push((left & 127) + (isLast ? 0 : 128))
    if (isLast) return bytes
  }
}

/** A number, twice. */
export function f64x2Const(value: number): Code {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, true)
  return [0xfd, 0x0c, ...bytes, ...bytes]
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
/** An instruction on memory; addresses are whole numbers of 8 bytes. */
const onMemory = (opcode: number, offset: number): Code => [...simd(opcode), 3, ...unsigned(offset)]

/** Instructions. */
export const op = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  tee: (local: number): Code => [0x22, ...unsigned(local)],
  /** Does the body once, and again as long as it ends with a number that is not 0. */
  loop: (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0, 0x0b],
  /** Does the body where the number on the stack is not 0. */
  when: (body: Code): Code => [0x04, 0x40, ...body, 0x0b],
  i32Add: [0x6a] as Code,
  i32And: [0x71] as Code,
  i32Shl: [0x74] as Code,
  i32LtU: [0x49] as Code,
  i32WrapI64: [0xa7] as Code,
  i64Add: [0x7c] as Code,
  f64Store: (offset: number): Code => [0x39, 3, ...unsigned(offset)],
  load: (offset: number) => onMemory(0x00, offset),
  store: (offset: number) => onMemory(0x0b, offset),
  load64Zero: (offset: number) => onMemory(0x5d, offset),
  store64Lane0: (offset: number): Code => [...onMemory(0x5b, offset), 0],
  splat: simd(0x14),
  extractF64: (lane: number): Code => [...simd(0x21), lane],
  extractI64: (lane: number): Code => [...simd(0x1d), lane],
  bitmask: simd(0xc4),
  subI64: simd(0xd1),
  f32Ne: simd(0x42),
  f32Sub: simd(0xe5),
  eq: simd(0x47),
  ne: simd(0x48),
  lt: simd(0x49),
  gt: simd(0x4a),
  le: simd(0x4b),
  ge: simd(0x4c),
  not: simd(0x4d),
  and: simd(0x4e),
  /** The first, and not the second. */
  andNot: simd(0x4f),
  or: simd(0x50),
  xor: simd(0x51),
  /** The first where the third has a bit, else the second. */
  select: simd(0x52),
  anyTrue: simd(0x53),
  demote: simd(0x5e),
  promote: simd(0x5f),
  abs: simd(0xec),
  neg: simd(0xed),
  sqrt: simd(0xef),
  add: simd(0xf0),
  sub: simd(0xf1),
  mul: simd(0xf2),
  div: simd(0xf3),
  /** The second where it is greater, else the first. */
  pmax: simd(0xf7),
} as const
