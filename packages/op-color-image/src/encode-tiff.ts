import type { Progress } from '@datalab/core'
import type { Picture } from './picture.js'

/** Bytes of a strip, about. */
const STRIP_BYTES = 2 ** 20

const BYTES_PER_PIXEL = 6

/** The most bytes that a TIFF file can have. */
const MAX_BYTES = 2 ** 32 - 1

/** Types of a field's values. */
const ASCII = 2
const SHORT = 3
const LONG = 4

const BYTES_PER_VALUE = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4 } as const

/** An entry of the directory: a tag, the type of its values, and these. */
interface Field {
  readonly tag: number
  readonly type: keyof typeof BYTES_PER_VALUE
  readonly values: ArrayLike<number> & Iterable<number>
}

/** Whether a picture of this size fits into a TIFF file. */
export function fitsTiff({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width * height * BYTES_PER_PIXEL + 2 ** 20 < MAX_BYTES
}

/** What a file is made with. */
export interface TiffOptions {
  /** Told in the file, as its ImageDescription: ASCII, at most 64 KiB. */
  readonly description?: string | undefined
  /** Of the run, which is checked between the pieces. */
  readonly progress?: Progress | undefined
}

/**
 * A picture as a TIFF file with 16 bits for each of red, green and blue, not compressed, in pieces of about a megabyte.
 *
 * Source: TIFF 6.0, Adobe 1992, sections 2 (structure) and 6 (RGB images).
 *
 * @throws DATALAB_ABORTED once the run is to end whose progress is given.
 */
export async function* encodeTiff(
  picture: Picture,
  { description, progress }: TiffOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { width, height } = picture
  const rows = Math.max(1, Math.floor(STRIP_BYTES / (width * BYTES_PER_PIXEL)))
  yield header(picture, rows, description)
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(height, from + rows)
    const strip = new Uint16Array((to - from) * width * 3)
    picture.fill(from, to, strip)
    yield littleEndian(strip)
    await progress?.report(to / height)
  }
}

/** All that comes before the strips: the signature, the directory, and the values that do not fit into it. */
function header(
  { width, height }: Picture,
  rowsPerStrip: number,
  description: string | undefined,
): Uint8Array<ArrayBuffer> {
  const strips = Math.ceil(height / rowsPerStrip)
  const rowsOf = (strip: number) => Math.min(rowsPerStrip, height - strip * rowsPerStrip)
  const counts = Array.from({ length: strips }, (_, strip) => rowsOf(strip) * width * BYTES_PER_PIXEL)
  const fields = (start: number): Field[] => [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: [16, 16, 16] }, // BitsPerSample
    { tag: 259, type: SHORT, values: [1] }, // Compression: none
    { tag: 262, type: SHORT, values: [2] }, // PhotometricInterpretation: RGB
    ...descriptionOf(description),
    { tag: 273, type: LONG, values: counts.map((_, strip) => start + strip * (counts[0] as number)) }, // StripOffsets
    { tag: 274, type: SHORT, values: [1] }, // Orientation: the first row is the top one
    { tag: 277, type: SHORT, values: [3] }, // SamplesPerPixel
    { tag: 278, type: LONG, values: [rowsPerStrip] },
    { tag: 279, type: LONG, values: counts }, // StripByteCounts
    { tag: 284, type: SHORT, values: [1] }, // PlanarConfiguration: colors beside each other
  ]
  const length = directory(fields(0)).length
  return directory(fields(length))
}

/** The field ImageDescription, which ends with a NUL. */
function descriptionOf(text: string | undefined): Field[] {
  return text === undefined ? [] : [{ tag: 270, type: ASCII, values: Buffer.from(`${text}\0`, 'latin1') }]
}

/** The signature and one directory, little-endian, with its long values after it; an even number of bytes. */
function directory(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const start = 8 + 2 + 12 * fields.length + 4
  const length = start + fields.reduce((sum, field) => sum + outsideBytes(field), 0)
  const view = new DataView(new ArrayBuffer(length))
  view.setUint16(0, 0x4949)
  view.setUint16(2, 42, true)
  view.setUint32(4, 8, true)
  view.setUint16(8, fields.length, true)
  let outside = start
  for (const [index, field] of fields.entries()) {
    const at = 10 + 12 * index
    view.setUint16(at, field.tag, true)
    view.setUint16(at + 2, field.type, true)
    view.setUint32(at + 4, field.values.length, true)
    const isOutside = outsideBytes(field) > 0
    if (isOutside) view.setUint32(at + 8, outside, true)
    writeValues(view, isOutside ? outside : at + 8, field)
    outside += outsideBytes(field)
  }
  return new Uint8Array(view.buffer)
}

function writeValues(view: DataView, at: number, { type, values }: Field): void {
  let place = at
  for (const value of values) {
    if (type === ASCII) view.setUint8(place, value)
    else if (type === SHORT) view.setUint16(place, value, true)
    else view.setUint32(place, value, true)
    place += BYTES_PER_VALUE[type]
  }
}

/** The bytes of values that do not fit into the four of their entry, up to an even number. */
function outsideBytes({ type, values }: Field): number {
  const bytes = values.length * BYTES_PER_VALUE[type]
  return bytes <= 4 ? 0 : bytes + (bytes % 2)
}

/** The words as bytes, the lower byte first, on every machine. */
function littleEndian(words: Uint16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(words.buffer)
  const isBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0
  if (isBigEndian) bytes.swap16()
  return new Uint8Array(words.buffer)
}
