import type { Fits, Hdu, TableHdu } from '@datalab/fits'
import { EXIT } from './command-error.js'
import type { FitsCommandMain } from './fits-commands.js'
import { flags } from './flags.js'
import { openFitsFile } from './open-fits-file.js'
import { jsonDocument, oneLine, sentence } from './printable.js'

/** What is said of an HDU. */
interface HduInfo {
  readonly index: number
  readonly name: string
  readonly version: number
  readonly kind: string
  readonly cards: number
  /** NAXIS1, NAXIS2, ...; of a table its rows and columns. */
  readonly dimensions: string
  /** The type of the pixels and how they are compressed; of a table the formats of its columns. */
  readonly format: string
  readonly error?: string
}

/** Formats of columns that are shown. */
const SHOWN_FORMATS = 8

const TITLES = ['No.', 'Name', 'Ver', 'Kind', 'Cards', 'Dimensions', 'Format']

/** `datalab fits info`: the HDUs of a file, one a line. */
export const fitsInfo: FitsCommandMain = async (file, parsed, { io, terminal }) => {
  await using opened = await openFitsFile(file, io.cwd)
  const infos = await infosOf(opened)
  await terminal.print(parsed.has(flags.json) ? jsonDocument(infos) : `${oneLine(file)}:\n${tableOf(infos)}`)
  for (const { index, error } of infos)
    if (error !== undefined) terminal.note(`datalab: HDU ${index} in ${file}: ${sentence(error)}`)
  return EXIT.completed
}

async function infosOf(opened: Fits): Promise<HduInfo[]> {
  const { ImageHdu, TableHdu } = await import('@datalab/fits')
  return opened.hdus.map((hdu) => {
    const { index, kind, extname, extver, header, error } = hdu
    const isTable = hdu instanceof TableHdu
    const data = isTable
      ? tableFacts(hdu)
      : { dimensions: axesOf(hdu), format: hdu instanceof ImageHdu ? pixelsOf(hdu) : '' }
    const name = extname === '' && index === 0 ? 'PRIMARY' : extname
    const about = { index, name, version: extver, kind, cards: header.length, ...data }
    return error === undefined ? about : { ...about, error: error.message }
  })
}

function axesOf({ shape }: Hdu): string {
  return [...shape].reverse().join(' x ')
}

function tableFacts(table: TableHdu): Pick<HduInfo, 'dimensions' | 'format' | 'error'> {
  const rows = `${table.rowCount} rows`
  try {
    const formats = table.columns.map(({ format }) => format)
    const shown = formats.length > SHOWN_FORMATS ? [...formats.slice(0, SHOWN_FORMATS), '...'] : formats
    return { dimensions: `${rows} x ${formats.length} columns`, format: shown.join(', ') }
  } catch (error) {
    return { dimensions: rows, format: '', error: (error as Error).message }
  }
}

function pixelsOf({ bitpix, header, storedHeader, shape }: Hdu): string {
  if (shape.length === 0) return ''
  const type = `${bitpix < 0 ? 'float' : bitpix === 8 ? 'uint' : 'int'}${Math.abs(bitpix)}`
  const bzero = header.getNumber('BZERO') ?? 0
  const bscale = header.getNumber('BSCALE') ?? 1
  const isUnsigned = bscale === 1 && bitpix > 8 && bzero === 2 ** (bitpix - 1)
  const scaled = bscale === 1 && bzero === 0 ? '' : `, scaled by ${bscale} and ${bzero}`
  const compression = storedHeader.getString('ZCMPTYPE')
  return `${isUnsigned ? `u${type}` : `${type}${scaled}`}${compression === undefined ? '' : `, ${compression}`}`
}

function tableOf(infos: readonly HduInfo[]): string {
  const rows = infos.map(({ index, name, version, kind, cards, dimensions, format }) =>
    [index, name, version, kind, cards, dimensions, format].map((cell) => oneLine(String(cell))),
  )
  const widths = TITLES.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column]!)].map((cell) => cell.length)),
  )
  return [TITLES, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
