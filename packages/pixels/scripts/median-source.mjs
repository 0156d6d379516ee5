// Writes the AssemblyScript of the median kernels, one function for each size of network.
import { inRegisterOrder } from './register-order.mjs'
import { medianNetwork } from './selection-network.mjs'
import { spilled } from './spilled-network.mjs'

/**
 * The sizes there are networks of. A number of frames between two sizes takes the next one of the same parity, filled up with pairs of the least
 * and the greatest value, which leave the median where it is.
 */
export const SIZES = [
  ...[3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 29, 33, 41, 51, 63],
  ...[4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 50, 64],
].sort((a, b) => a - b)

/** Room for the values of a network that are kept for later, and for a sum: the kernels of a thread take turns. */
const SLOTS = `const slots: usize = memory.data(${16 * (Math.max(...SIZES) + 1)}, 16)`

/** The fewest frames that a network of this size serves: two more than the next smaller one does at most. */
function fewest(size) {
  return Math.max(size % 2 === 0 ? 0 : -1, ...SIZES.filter((other) => other < size && other % 2 === size % 2)) + 2
}

/** The source of the module for float32 frames: four pixels at a time, straight from the frames. */
export function float32Source() {
  const parts = SIZES.map((size) => {
    const network = networkOf(size)
    const [low, high = low] = network.places
    const add = (f) => `sum = f32x4.add(sum, v${f})${f % 4 === 3 ? `; v128.store(slots, sum, ${size * 16})` : ''}`
    return `
function median${size}(from: usize, stride: usize, to: usize, pixels: usize, n: i32, order: v128, toOrder: v128, column: usize, isColumn: bool): void {
  for (let i: usize = 0; i < pixels << 2; i += 16) {
    let p = from + i
    let sum = f32x4.splat(0)
${steps(size, network, {
  load: (f) => `    let v${f} = i8x16.swizzle(v128.load(p), order)\n    p += stride\n    ${add(f)}\n`,
  maybe: (f) =>
    `    let v${f} = f32x4.splat(${f % 2 === 0 ? -1 : 1} * Infinity)\n    if (n > ${f}) {\n      v${f} = i8x16.swizzle(v128.load(p), order)\n      p += stride\n      ${add(f)}\n    }\n`,
  min: 'f32x4.pmin',
  max: 'f32x4.pmax',
})}
    const middle = ${low === high ? `v${low}` : `mean(v${low}, v${high})`}
    // Before any branch, into which the compiler would move the network.
    v128.store(to + i, i8x16.swizzle(middle, toOrder))
    if (isColumn) storeMiddle(v${low}, v${high}, from, stride, n, order, to)
    else if (v128.any_true(v128.or(f32x4.ne(sum, sum), f32x4.eq(middle, f32x4.splat(0)))))
      mend(v${low}, v${high}, sum, from + i, stride, n, order, column, ${size}, to + i, toOrder)
  }
}`
  })
  return `import { mean, meanOf, patch, settled, signed, storeMiddle } from './median-float32'
import { byteOrder32 } from './lanes'
${SLOTS}
${parts.join('\n')}

/** Four pixels of which a median is zero, or some of whose values are NaN or infinities of both signs. */
function mend(low: v128, high: v128, sum: v128, p: usize, stride: usize, n: i32, order: v128, column: usize, size: i32, to: usize, toOrder: v128): void {
  if (v128.any_true(f32x4.ne(sum, sum))) repair(p, stride, n, order, column, size, to, toOrder)
  else v128.store(to, i8x16.swizzle(n & 1 ? signed(low, p, stride, n, order, n >> 1) : meanOf(low, high, p, stride, n, order), toOrder))
}

/** Four pixels without the NaN among their values. */
function repair(p: usize, stride: usize, n: i32, order: v128, column: usize, size: i32, to: usize, toOrder: v128): void {
  const missing = patch(p, stride, n, order, column, true)
  const middle = column + (<usize>n << 4)
  run(size, column, 16, middle, 4, n, byteOrder32(false), byteOrder32(false), 0, true)
  if (n & 1) {
    patch(p, stride, n, order, column, false)
    run(size, column, 16, middle + 32, 4, n, byteOrder32(false), byteOrder32(false), 0, true)
  }
  v128.store(to, i8x16.swizzle(settled(middle, missing, n), toOrder))
}

function run(size: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, order: v128, toOrder: v128, column: usize, isColumn: bool): void {
  switch (size) {
${SIZES.map((size) => `    case ${size}: { median${size}(from, stride, to, pixels, n, order, toOrder, column, isColumn); break }`).join('\n')}
  }
}

export function median(size: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isResultSwapped: bool, column: usize): void {
  run(size, from, stride, to, pixels, n, byteOrder32(isSwapped), byteOrder32(isResultSwapped), column, false)
}
`
}

/** The source of the module for 16-bit frames: eight pixels at a time, straight from the frames, to float32. */
export function int16Source() {
  const parts = SIZES.map((size) => {
    const network = networkOf(size)
    const [low, high = low] = network.places
    const load = 'v128.xor(i8x16.swizzle(v128.load(p), order), flip)'
    return `
function median${size}(from: usize, stride: usize, to: usize, pixels: usize, n: i32, order: v128, flip: v128, toOrder: v128, zero: v128): void {
  for (let i: usize = 0; i < pixels << 1; i += 16) {
    let p = from + i
${steps(size, network, {
  load: (f) => `    let v${f} = ${load}\n    p += stride\n`,
  maybe: (f) =>
    `    let v${f} = i16x8.splat(${f % 2 === 0 ? -32768 : 32767})\n    if (n > ${f}) v${f} = ${load}\n    p += stride\n`,
  min: 'i16x8.min_s',
  max: 'i16x8.max_s',
})}
    storeMean(v${low}, v${high}, to + (i << 1), zero, toOrder)
  }
}`
  })
  return `import { storeMean } from './median-int16'
import { byteOrder16, byteOrder32 } from './lanes'
${SLOTS}
${parts.join('\n')}

export function median(size: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isResultSwapped: bool, isUnsigned: bool): void {
  const order = byteOrder16(isSwapped)
  const toOrder = byteOrder32(isResultSwapped)
  const flip = i16x8.splat(isUnsigned ? -32768 : 0)
  const zero = f32x4.splat(isUnsigned ? 32768 : 0)
  switch (size) {
${SIZES.map((size) => `    case ${size}: { median${size}(from, stride, to, pixels, n, order, flip, toOrder, zero); break }`).join('\n')}
  }
}
`
}

/** The source of the module for all other frames: two pixels at a time, from a column of doubles. */
export function float64Source() {
  const parts = SIZES.map((size) => {
    const network = networkOf(size)
    const [low, high = low] = network.places
    return `
function median${size}(p: usize, to: usize): void {
${steps(size, network, {
  load: (f) => `    let v${f} = v128.load(p, ${f * 16})\n`,
  min: 'f64x2.pmin',
  max: 'f64x2.pmax',
})}
  v128.store(to, v${low})
  v128.store(to, v${high}, 16)
}`
  })
  return `import { gather, kindBytes, storePair } from './columns'
import { fill, meanOf, patch, settled } from './median-float64'
${SLOTS}
${parts.join('\n')}

function run(size: i32, column: usize, to: usize): void {
  switch (size) {
${SIZES.map((size) => `    case ${size}: { median${size}(column, to); break }`).join('\n')}
  }
}

/** \`columns\` has room for three columns of \`size\` pairs, and four more pairs. */
export function median(kind: i32, size: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isNarrow: bool, isResultSwapped: bool, columns: usize): void {
  const step: usize = isNarrow ? 8 : 16
  const bytes = kindBytes(kind)
  const patched = columns + (<usize>size << 4)
  const middle = patched + (<usize>size << 4)
  fill(columns, n, size)
  for (let i: usize = 0; i < pixels; i += 2, from += 2 * bytes, to += step) {
    if (gather(kind, from, stride, n, isSwapped, columns)) {
      run(size, columns, middle)
      storePair(to, meanOf(middle, columns, n), isNarrow, isResultSwapped)
      continue
    }
    fill(patched, n, size)
    const missing = patch(columns, n, patched, true)
    run(size, patched, middle)
    if (n & 1) {
      patch(columns, n, patched, false)
      run(size, patched, middle + 32)
    }
    storePair(to, settled(middle, missing, n, columns), isNarrow, isResultSwapped)
  }
}
`
}

/** A network in the order of registers, whose places are numbered as they come in it. */
function networkOf(size) {
  const { comparisons, places } = medianNetwork(size)
  const ordered = inRegisterOrder(comparisons, size)
  const numbers = new Map()
  for (const place of ordered.flatMap(({ low, high }) => [low, high]))
    if (!numbers.has(place)) numbers.set(place, numbers.size)
  return {
    comparisons: ordered.map((one) => ({ ...one, low: numbers.get(one.low), high: numbers.get(one.high) })),
    places: places.map((place) => numbers.get(place)),
  }
}

/** The steps of a network: each value is loaded where it is first needed. */
function steps(size, network, { load, maybe = load, min, max }) {
  const certain = fewest(size)
  const text = (step) => {
    const { kind, place } = step
    if (kind === 'begin') return place < certain ? load(place) : maybe(place)
    if (kind === 'keep') return `    v128.store(slots, v${place}, ${place * 16})\n`
    if (kind === 'fetch') return `    v${place} = v128.load(slots, ${place * 16})\n`
    return compared(step, min, max)
  }
  return spilled(network, size).map(text).join('')
}

/** In this order of operands no value is lost, not even to a NaN. */
function compared({ low, high, needsLow, needsHigh }, min, max) {
  if (needsLow && needsHigh)
    return `    { const a = v${low}, b = v${high}; v${low} = ${min}(a, b); v${high} = ${max}(b, a) }\n`
  if (needsLow) return `    v${low} = ${min}(v${low}, v${high})\n`
  return `    v${high} = ${max}(v${high}, v${low})\n`
}
