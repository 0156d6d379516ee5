import { checkFits, checkOptions } from './check-arguments.js'
import { isFitsError } from './errors.js'
import { fieldFaults } from './field-faults.js'
import { dataFillFaults, headerFillFaults } from './fill-faults.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { type Fault, headerFaults } from './header-faults.js'
import { ImageHdu, type ReadOptions } from './image-hdu.js'
import { PlainImage } from './plain-image.js'
import type { ColumnInfo } from './table-column-info.js'
import { TableHdu } from './table-hdu.js'
import { type DecodedColumn, isCells } from './table-values.js'
import { verifyChecksums } from './verify-checksums.js'

/** A fault of an HDU that is known. */
type Finding = Omit<Fault, 'hdu'>

const BAND_PIXELS = 1024 * 1024

const PRINTABLE = /^[ -~]*$/

/**
 * What is wrong with a file, HDU by HDU: headers that do not follow the standard, in their order, form and types; data that are cut or cannot
 * be decoded; cells that point out of the heap; checksums that do not fit; blocks that are not filled up as they should be; and bytes behind
 * the last HDU. All data are read, a part at a time.
 *
 * What `fitsverify` calls an error is one here, too, or a warning where the standard allows it; that tiles can be decoded, it does not look at.
 *
 * @example for await (const { hdu, level, message } of findFaults(fits)) console.log(`HDU ${hdu}: ${level}: ${message}.`)
 */
export async function* findFaults(fits: Fits, options: ReadOptions = {}): AsyncGenerator<Fault, void> {
  checkFits(fits)
  checkOptions(options)
  for (const hdu of fits.hdus) {
    for await (const finding of faultsOf(hdu, options)) yield { hdu: hdu.index, ...finding }
  }
}

async function* faultsOf(hdu: Hdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  yield* headerFaults(hdu)
  if (hdu.storedHeader.length > 0) yield* headerFillFaults(hdu, options)
  if (hdu.error) {
    yield errorOf(hdu.error)
    return
  }
  yield* checksumFaults(hdu, options)
  if (hdu instanceof TableHdu) yield* tableFaults(hdu, options)
  if (hdu instanceof ImageHdu) yield* imageFaults(hdu, options)
  yield* dataFillFaults(hdu)
}

async function* checksumFaults(hdu: Hdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  const { datasum, checksum } = await verifyChecksums(hdu, options)
  if (datasum === 'bad') yield { level: 'error', message: 'the data are not those its DATASUM was made of' }
  if (checksum === 'bad') yield { level: 'error', message: 'header and data are not those its CHECKSUM was made of' }
}

/** Of a table that cannot be read one fault, of one that can those of its columns. */
async function* tableFaults(table: TableHdu, options: ReadOptions): AsyncGenerator<Finding, void> {
  const fault = await faultIn(async () => table.check())
  if (fault) {
    yield fault
    return
  }
  const sound: ColumnInfo[] = []
  for (const info of table.columns) {
    const texts = new TextCheck(info)
    const found = await faultIn(async () => {
      for await (const { decoded } of table.blocks([info.number - 1], rangeOf(options), { isForgotten: true }))
        texts.add(decoded[0]!)
    })
    if (found) yield found
    else sound.push(info)
    if (texts.message) yield { level: 'error', message: texts.message }
  }
  yield* fieldFaults(table, sound, options)
}

function rangeOf({ signal }: ReadOptions): ReadOptions {
  return signal ? { signal } : {}
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
