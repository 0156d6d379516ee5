import { isFitsError } from './errors.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { BLOCK_LENGTH } from './header.js'
import { type Fault, headerFaults } from './header-faults.js'
import { ImageHdu, type ReadOptions } from './image-hdu.js'
import { PlainImage } from './plain-image.js'
import { type ColumnInfo, dimensionsOf } from './table-column-info.js'
import { TableHdu } from './table-hdu.js'
import { type DecodedColumn, isCells } from './table-values.js'
import { verifyChecksums } from './verify-checksums.js'

/** A fault of an HDU that is known. */
type Finding = Omit<Fault, 'hdu'>

const BAND_PIXELS = 1024 * 1024

const PRINTABLE = /^[ -~]*$/

/**
 * What is wrong with a file, HDU by HDU: headers that do not follow the standard, data that are cut or cannot be decoded, cells that point
 * out of the heap, and checksums that do not fit. All data are read, a part at a time.
 *
 * It looks at what reading depends on; of the meaning of keywords (world coordinates, dates, units) it says nothing: `fitsverify` does.
 *
 * @example for await (const { hdu, level, message } of findFaults(fits)) console.log(`HDU ${hdu}: ${level}: ${message}.`)
 */
export async function* findFaults(fits: Fits, options: ReadOptions = {}): AsyncGenerator<Fault, void> {
  for (const hdu of fits.hdus) {
    for await (const finding of faultsOf(hdu, options)) yield { hdu: hdu.index, ...finding }
  }
  const last = fits.hdus.at(-1)
  // Only there can it be missing: each other HDU begins where the blocks of the one before it end.
  if (last && !last.error)
    for await (const finding of paddingFaults(last, options)) yield { hdu: last.index, ...finding }
}

async function* faultsOf(hdu: Hdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  yield* headerFaults(hdu)
  if (hdu.error) {
    yield errorOf(hdu.error)
    return
  }
  yield* checksumFaults(hdu, options)
  if (hdu instanceof TableHdu) yield* tableFaults(hdu, options)
  if (hdu instanceof ImageHdu) yield* imageFaults(hdu, options)
}

async function* checksumFaults(hdu: Hdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  const { datasum, checksum } = await verifyChecksums(hdu, options)
  if (datasum === 'bad') yield { level: 'error', message: 'the data are not those its DATASUM was made of' }
  if (checksum === 'bad') yield { level: 'error', message: 'header and data are not those its CHECKSUM was made of' }
}

async function* paddingFaults(hdu: Hdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  let length = 0
  for await (const piece of hdu.storedBytes('data', options)) length += piece.length
  const missing = (BLOCK_LENGTH - (length % BLOCK_LENGTH)) % BLOCK_LENGTH
  if (missing > 0) yield { level: 'error', message: `the last block of its data lacks ${missing} bytes of padding` }
}

/** Of a table that cannot be read one fault, of one that can those of its columns. */
async function* tableFaults(table: TableHdu, { signal }: ReadOptions): AsyncGenerator<Finding, void> {
  const range = signal ? { signal } : {}
  const fault = await faultIn(async () => table.check())
  if (fault) {
    yield fault
    return
  }
  for (const info of table.columns) {
    if (hasWrongShape(table, info)) {
      yield {
        level: 'warning',
        message: `TDIM${info.number} does not fit column ${info.key}, and is left out of account`,
      }
    }
    const texts = new TextCheck(info)
    const found = await faultIn(async () => {
      for await (const { decoded } of table.blocks([info.number - 1], range, { isForgotten: true }))
        texts.add(decoded[0]!)
    })
    if (found) yield found
    if (texts.message) yield { level: 'error', message: texts.message }
  }
}

function hasWrongShape({ storedHeader }: TableHdu, { number, format, isVariable }: ColumnInfo): boolean {
  if (isVariable || !storedHeader.has(`TDIM${number}`)) return false
  const repeat = Number(/^\s*(\d+)/.exec(format)?.[1] ?? 1)
  return repeat > 0 && dimensionsOf(storedHeader, number, repeat) === undefined
}

/** Looks for text that FITS does not allow. */
class TextCheck {
  message: string | undefined

  constructor(private readonly info: ColumnInfo) {}

  add(decoded: DecodedColumn): void {
    if (this.info.kind !== 'string' || this.message || isCells(decoded)) return
    if ((decoded.values as string[]).some((text) => !PRINTABLE.test(text))) {
      this.message = `column ${this.info.key} holds characters outside printable ASCII`
    }
  }
}

async function* imageFaults(image: ImageHdu, { signal }: ReadOptions): AsyncGenerator<Finding, void> {
  const rows = Math.max(1, Math.floor(BAND_PIXELS / Math.max(1, image.width)))
  const fault = await faultIn(async () => {
    image.check()
    // Whatever the bytes, they are pixels.
    if (image instanceof PlainImage) return
    for (let plane = 0; plane < image.planes; plane++) {
      for (let y = 0; y < image.height; y += rows) {
        const options = { plane, ...(signal ? { signal } : {}) }
        await image.readRows(y, Math.min(y + rows, image.height), undefined, options)
      }
    }
  })
  if (fault) yield fault
}

/** The error about the file that the work ends with. */
async function faultIn(work: () => Promise<void>): Promise<Finding | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!isFitsError(error)) throw error
    return errorOf(error)
  }
}

function errorOf({ message }: Error): Finding {
  return { level: 'error', message }
}
