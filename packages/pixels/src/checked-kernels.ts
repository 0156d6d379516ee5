import { BLOCK_SIZE, maxBlockBytes } from './jpeg/jpeg-tables.js'
import type { PictureSize, PixelKernels, Plane } from './kernels.js'
import type { Samples } from './pixel-scale.js'
import type { Quantization } from './quantization.js'
import { type CodedRows, maxRiceBytes, type RiceCoding } from './rice-coding.js'

/** The kernels, with their arguments checked first: a kernel itself would write to the wrong place. */
export function checkedKernels(kernels: PixelKernels): PixelKernels {
  return {
    ...kernels,
    swapBytes(from, size, into) {
      if (from.length % size !== 0) throw new TypeError(`${from.length} bytes are no whole numbers of ${size} bytes.`)
      checkLengths(from.length, into.length)
      kernels.swapBytes(from, size, into)
    },
    decodePixels(bytes, bitpix, scale, into) {
      checkLengths(bytes.length, (into.length * Math.abs(bitpix)) / 8)
      kernels.decodePixels(bytes, bitpix, scale, into)
    },
    encodePixels(values, bitpix, scale, into) {
      checkLengths((values.length * Math.abs(bitpix)) / 8, into.length)
      kernels.encodePixels(values, bitpix, scale, into)
    },
    decodeRice(bytes, coding, into) {
      checkCoding(coding)
      return kernels.decodeRice(bytes, coding, into)
    },
    decodeRiceFloats(bytes, coding, quantization, into) {
      checkCoding(coding)
      checkSeed(quantization)
      return kernels.decodeRiceFloats(bytes, coding, quantization, into)
    },
    decodeRiceScaled(bytes, coding, scale, into) {
      checkCoding(coding)
      return kernels.decodeRiceScaled(bytes, coding, scale, into)
    },
    findRiceRows(rows, least) {
      checkRows(rows)
      checkWhole('The fewest bytes of a row', least, 1)
      return kernels.findRiceRows(rows, least)
    },
    decodeRiceRows(bytes, start, rows, into) {
      const count = checkRows(rows)
      checkWhole('The start of the bytes', start, 0)
      checkWhole('The number of values in a row', into.length / count, 1)
      return kernels.decodeRiceRows(bytes, start, rows, into)
    },
    dequantize(stored, quantization, into) {
      checkLengths(stored.length, into.length)
      checkSeed(quantization)
      kernels.dequantize(stored, quantization, into)
    },
    quantize(values, quantizing, into) {
      checkLengths(values.length, into.length)
      checkSeed(quantizing)
      checkLevel(quantizing.level)
      return kernels.quantize(values, quantizing, into)
    },
    encodeRice(values, coding, into) {
      checkCoding(coding)
      const most = maxRiceBytes(values.length, coding)
      if (into.length < most)
        throw new TypeError(`There is room for ${into.length} bytes, where ${most} may be written.`)
      return values.length === 0 ? 0 : kernels.encodeRice(values, coding, into)
    },
    encodeRiceRows(values, coding, into) {
      const { width, level } = coding
      checkWhole('The width', width, 1)
      checkSeed(coding)
      checkLevel(level)
      const rows = values.length / width
      checkWhole('The number of rows', rows, 0)
      const room = Math.min(into.lengths.length, into.scales.length, into.zeros.length)
      if (room < rows || into.bytes.length < values.byteLength)
        throw new TypeError(`There is room for ${room} rows in ${into.bytes.length} bytes, where ${rows} are given.`)
      kernels.encodeRiceRows(values, coding, into)
    },
    median(planes, into, options) {
      checkPlanes(planes, into)
      kernels.median(planes, into, options)
    },
    reduce(statistic, planes, into, options) {
      checkPlanes(planes, into)
      kernels.reduce(statistic, planes, into, options)
    },
    calculate(operation, first, second, into) {
      for (const operand of [first, second]) if (typeof operand !== 'number') checkLengths(operand.length, into.length)
      kernels.calculate(operation, first, second, into)
    },
    sampleFinite(values, most) {
      checkWhole('most', most, 1)
      return kernels.sampleFinite(values, most)
    },
    histogram(values, low, high, counts) {
      if (!(high > low) || counts.length === 0)
        throw new TypeError(`A histogram of ${counts.length} bins from ${low} to ${high} is none.`)
      kernels.histogram(values, low, high, counts)
    },
    orderStatistic(values, rank) {
      checkWhole('The rank', rank, 0)
      return kernels.orderStatistic(values, rank)
    },
    stretch(values, stretch, into) {
      checkLengths(values.length, into.length)
      kernels.stretch(values, stretch, into)
    },
    stretchTurned(values, width, stretch, into) {
      checkLengths(values.length, into.length)
      checkWhole('The width', width, 1)
      checkWhole('The number of rows', values.length / width, 0)
      kernels.stretchTurned(values, width, stretch, into)
    },
    shrink(pixels, size, into, intoSize) {
      checkSize(pixels, size)
      checkSize(into, intoSize)
      if (intoSize.width > size.width || intoSize.height > size.height)
        throw new TypeError('A picture can only be made smaller.')
      kernels.shrink(pixels, size, into, intoSize)
    },
    addLight(values, limits, light, into) {
      checkLengths(values.length, into.length)
      kernels.addLight(values, limits, light, into)
    },
    encodeBlocks(pixels, quality, into) {
      checkWhole('The quality', quality, 1)
      if (quality > 100) throw new TypeError(`The quality is ${quality}, which is more than 100.`)
      const blocks = pixels.length / BLOCK_SIZE
      checkWhole('The number of blocks', blocks, 1)
      const most = maxBlockBytes(blocks)
      if (into.length < most)
        throw new TypeError(`There is room for ${into.length} bytes, where ${most} may be written.`)
      return kernels.encodeBlocks(pixels, quality, into)
    },
    clippedMean(planes, into, clipping, options) {
      checkPlanes(planes, into)
      kernels.clippedMean(planes, into, clipping, options)
    },
  }
}

function checkLengths(given: number, wanted: number): void {
  if (given !== wanted) throw new TypeError(`An array has ${given} elements or bytes, where ${wanted} are wanted.`)
}

function checkCoding({ bytepix, blocksize }: RiceCoding): void {
  if (![1, 2, 4].includes(bytepix)) throw new TypeError(`bytepix is ${bytepix}, not 1, 2 or 4.`)
  if (!Number.isInteger(blocksize) || blocksize < 1) throw new TypeError(`blocksize is ${blocksize}, not 1 or more.`)
}

/** How many rows there are. */
function checkRows({ image, first, table }: CodedRows): number {
  const { coding, heap, values } = image
  const { rowBytes, descriptor, isLong } = image.table
  checkCoding(coding)
  const count = table.length / rowBytes
  checkWhole('The number of rows', count, 1)
  checkWhole('The number of the first row', first, 0)
  checkWhole('The length of the heap', heap.length, 0)
  checkField(descriptor, isLong ? 16 : 8, rowBytes)
  if (values.kind === 'scaled') return count
  for (const at of [values.scaleAt, values.zeroAt]) checkField(at, 8, rowBytes)
  checkSeed({ dithering: values.dithering, seed: values.firstSeed + first })
  return count
}

function checkField(at: number, bytes: number, rowBytes: number): void {
  checkWhole('The place in a row', at, 0)
  if (at + bytes > rowBytes) throw new TypeError(`${bytes} bytes at ${at} are not in a row of ${rowBytes}.`)
}

function checkSeed({ dithering, seed }: Pick<Quantization, 'dithering' | 'seed'>): void {
  if (dithering === 'NO_DITHER') return
  if (!Number.isSafeInteger(seed) || seed < 0) throw new TypeError(`The seed is ${seed}, not an integer from 0 on.`)
}

function checkLevel(level: number): void {
  if (!Number.isFinite(level)) throw new TypeError(`The level is ${level}, not a number.`)
}

function checkPlanes(planes: readonly Plane[], into: Samples): void {
  const [first] = planes
  if (first === undefined) throw new TypeError('There are no planes to combine.')
  for (const plane of planes) {
    checkLengths(plane.length, into.length)
    if (plane.constructor !== first.constructor) throw new TypeError('The planes differ in type; decode them to one.')
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new TypeError(`${name} is ${value}, not an integer from ${least} on.`)
}

function checkSize(pixels: Uint8Array, { width, height }: PictureSize): void {
  checkWhole('The width', width, 1)
  checkWhole('The height', height, 1)
  checkLengths(pixels.length, width * height)
}
