export { Arena, type PixelArrays } from './arena.js'
export { combine, combineBands, leastMemory } from './combine/combine.js'
export type {
  BandFrame,
  Calculation,
  CombineBandsOptions,
  CombinedBand,
  CombineMethod,
  CombineOptions,
  Rows,
} from './combine/combine-options.js'
export type {
  PlainPixels,
  QuantizedRows,
  RiceRows,
  RiceTable,
  ScaledRows,
  StoredFrame,
} from './combine/stored-frame.js'
export {
  type EncodedRows,
  type EncodeRowsOptions,
  encodeRows,
  prepareEncoding,
  rowsToEncode,
} from './encode/encode-rows.js'
export type { EncodedBand, RowCoding } from './encode/encoded-band.js'
export { type EncodeJpegOptions, encodeJpeg, type GreyBands, type GreyPicture } from './jpeg/encode-jpeg.js'
export type {
  ArithmeticKernels,
  ByteKernels,
  Clipping,
  Operation,
  PictureKernels,
  PictureSize,
  PixelKernels,
  Plane,
  RiceKernels,
  StackKernels,
  StackOptions,
  Statistic,
  StatisticsKernels,
  Stretch,
} from './kernels.js'
export { type KernelOptions, loadKernels, referenceKernels } from './load-kernels.js'
export { type Bitpix, NO_SCALE, type PixelScale, type Samples } from './pixel-scale.js'
export { type Dithering, QUANTIZED_NAN, QUANTIZED_ZERO, type Quantization, type Quantizing } from './quantization.js'
export { RANDOM_COUNT, randomSequence } from './random-sequence.js'
export { decodeRiceParts } from './reference/rice-parts.js'
export { type CodedRows, type CodedSpan, maxRiceBytes, minRiceBytes, type RiceCoding } from './rice-coding.js'
export { hasSimd } from './simd/has-simd.js'
