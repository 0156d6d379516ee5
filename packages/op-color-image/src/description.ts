import { type Provenance, provenanceLines } from '@datalab/core'

/** The most bytes that the EXIF of a JPEG file can have, with room for what else is in it. */
const MAX_LENGTH = 60_000

/**
 * Where a picture comes from, as it is told in the picture: the lines that FITS headers have in their HISTORY, which `parseProvenance` reads. ASCII.
 * Undefined where that is more than pictures can tell.
 */
export function descriptionOf(provenance: Provenance): string | undefined {
  const text = provenanceLines(provenance).join('\n')
  return text.length > MAX_LENGTH ? undefined : text
}
