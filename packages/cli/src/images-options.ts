import type { Provenance } from '@datalab/core'
import type { ImageCompression } from '@datalab/fits'
import type { ImagesOptions } from '@datalab/fits/images'
import { usageError } from './command-error.js'
import { flags } from './flags.js'
import type { ParsedArguments } from './parse-arguments.js'

/** The service whose settings say how results were stored. */
const IMAGES = '@datalab/fits/Images@1'

/**
 * How results shall be stored, by the command line; as they are where it says nothing.
 *
 * @throws CommandError for a value that is none.
 */
export function compressionFrom(parsed: ParsedArguments): ImageCompression {
  const text = parsed.value(flags.fitsCompression) ?? 'none'
  if (text === 'none' || text === 'lossless') return text
  const quantize = Number(/^quantize:(\d+(?:\.\d+)?)$/.exec(text)?.[1])
  if (quantize > 0) return { quantize }
  throw usageError(`--fits-compression takes none, lossless or quantize:4 (any number above 0), not '${text}'.`)
}

/**
 * How a host shall have its images, by the command line.
 *
 * @throws CommandError for a compression that is none.
 */
export function imagesOptionsFrom(parsed: ParsedArguments): ImagesOptions {
  return { compression: compressionFrom(parsed), previews: !parsed.has(flags.noPreviews) }
}

/** How the host of a job had its images. */
export function imagesOptionsOf({ settings }: Provenance): ImagesOptions {
  return (settings?.[IMAGES] ?? {}) as ImagesOptions
}
