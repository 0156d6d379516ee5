export { AsciiTable } from './ascii-table.js'
export { bandFrame } from './band-frame.js'
export { BinaryTable } from './binary-table.js'
export type { ByteSource } from './byte-source.js'
export { Card, type CardOptions } from './card.js'
export type { CardValue, Complex } from './card-value.js'
export type { ColumnToWrite } from './column-to-write.js'
export { type Combination, type CombinedCards, CombinedHeader, type CombinedHeaderOptions } from './combined-header.js'
export { CompressedTable } from './compressed-table.js'
export { type EncodeImageOptions, type EncodeOptions, encodeImage, type ImageToWrite } from './encode-image.js'
export { type EncodeRowsOptions, encodeImageRows, type ImageRows } from './encode-image-rows.js'
export { encodePadding } from './encode-padding.js'
export { encodeSamples, type PixelArray } from './encode-samples.js'
export { encodeTable, type TableToWrite } from './encode-table.js'
export { FitsError, type FitsErrorCode, type FitsErrorOptions, isFitsError } from './errors.js'
export { findFaults } from './find-faults.js'
export { findImage } from './find-image.js'
export { findTable } from './find-table.js'
export { Fits } from './fits.js'
export type { FitsInput } from './fits-input.js'
// What DataLab's operations read; the service that gives it is `@datalab/fits/images`
export {
  bandsOfRows,
  commonSize,
  cropFrame,
  type Frame,
  type FrameSize,
  type RowBand,
  readFrame,
  samplesFor,
} from './frame.js'
export type { SkyPlace } from './gnomonic.js'
export { Hdu, type StoredBytesOptions } from './hdu.js'
export type { Bitpix, HduKind } from './hdu-layout.js'
export { Header } from './header.js'
export type { Fault } from './header-faults.js'
export {
  ImageHdu,
  type ImageSection,
  type ReadOptions,
  type ReadRowsOptions,
  type ReadStoredOptions,
} from './image-hdu.js'
export { encodeImageHeader, type ImageForm } from './image-header.js'
export { inheritedHeader } from './inherited-header.js'
export type { BlobLike } from './memory-source.js'
export { type OpenFitsOptions, openFits, type ReadLimits } from './open-fits.js'
export { type PackOptions, packFits } from './pack-fits.js'
export { type Preview, type PreviewOptions, type PreviewSource, renderPreview } from './preview.js'
export { type Image, type ReadImageOptions, readImage } from './read-image.js'
export { type ReadTableOptions, readTable, type Table } from './read-table.js'
export { restingFrame } from './resting-frame.js'
export { packFile, unpackFile } from './rewrite-file.js'
export type { Samples, SampleType, StoredPixels } from './samples.js'
export type { Scale } from './scale.js'
export { movedHeader } from './sky-keywords.js'
export { stripHeader } from './strip-header.js'
export type { ColumnInfo, ColumnKind } from './table-column-info.js'
export { type TableBlock, TableHdu, type TableRange, type TableSelection } from './table-hdu.js'
export type { CellValue, ColumnValues, DecodedCells, DecodedColumn, DecodedElements, TableRow } from './table-values.js'
export type { ImageCompression } from './tile-encoder.js'
export { type UnpackOptions, unpackFits } from './unpack-fits.js'
export { type ChecksumState, type Checksums, verifyChecksums } from './verify-checksums.js'
export { type PixelPlace, readWcs, TangentWcs } from './wcs.js'
export { type WriteImageOptions, type WriteOptions, writeImage } from './write-image.js'
export { writeImageRows } from './write-image-rows.js'
export { writeTable } from './write-table.js'
export { type Limits, rangeOf, zscale } from './zscale.js'
