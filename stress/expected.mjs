import { blobBytes, HEIGHT, sampleOf, sha256, WIDTH } from './files.mjs'

/** Median of each pixel, by sorting each column. */
function medianOf(images) {
  return Float64Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => {
    const column = images.map((image) => image[pixel]).sort((a, b) => a - b)
    const middle = column.length >> 1
    return column.length % 2 === 1 ? column[middle] : (column[middle - 1] + column[middle]) / 2
  })
}

/** The number that a name begins with. */
const numberOf = ({ basename }) => Number.parseInt(basename, 10)

function frameOf(index) {
  return Float64Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => sampleOf(index, pixel))
}

/**
 * The pixels that a Median must have.
 *
 * @param {{ input_files: { source: string, basename: string }[] }} inputs
 * @param {(key: string) => object | undefined} inputsOf the inputs of another job
 * @returns {Float64Array}
 */
export function expectedPixels({ input_files }, inputsOf) {
  const images = input_files.map((file) => {
    if (file.source !== 'datalab') return frameOf(numberOf(file))
    const parent = inputsOf(file.basename)
    if (parent === undefined) throw new Error(`The inputs of ${file.basename} were never noted.`)
    return expectedPixels(parent, inputsOf)
  })
  return medianOf(images)
}

/**
 * The checksums that a Digest must have.
 *
 * @param {{ files: { root: string, basename: string }[] }} inputs
 * @param {(index: number) => string} frameDigest the checksum of a frame's file
 */
export function expectedDigests({ files }, frameDigest) {
  return files.map((file) => {
    const index = numberOf(file)
    return { sha256: file.root === 'blobs' ? sha256(blobBytes(index)) : frameDigest(index) }
  })
}
