import type { Card } from '@datalab/fits'
import { EXIT } from './command-error.js'
import type { FitsCommandMain } from './fits-commands.js'
import { flags } from './flags.js'
import { chosenHdus, openFitsFile } from './open-fits-file.js'
import { printable, sentence } from './printable.js'

const RECORD_LENGTH = 80

/** `datalab fits header`: the headers of a file, each line as wide as a card. */
export const fitsHeader: FitsCommandMain = async (file, parsed, { io, terminal }) => {
  await using opened = await openFitsFile(file, io.cwd)
  const { Header } = await import('@datalab/fits')
  const records = (card: Card) => card.records ?? recordsOf(new Header([card]).format())
  const hdus = chosenHdus(opened, parsed.value(flags.hdu), file)
  for (const [position, hdu] of hdus.entries()) {
    const header = parsed.has(flags.stored) ? hdu.storedHeader : hdu.header
    const lines = [`# HDU ${hdu.index} in ${file}:`, ...header.cards.flatMap(records)]
    await terminal.print(`${position === 0 ? '' : '\n'}${lines.map((line) => `${clean(line)}\n`).join('')}`)
    if (hdu.error !== undefined) terminal.note(`datalab: HDU ${hdu.index} in ${file}: ${sentence(hdu.error.message)}`)
  }
  return EXIT.completed
}

function recordsOf(header: Uint8Array): string[] {
  const text = Buffer.from(header).toString('latin1')
  const records: string[] = []
  for (let start = 0; !/^END {77}/.test(text.slice(start, start + RECORD_LENGTH)); start += RECORD_LENGTH)
    records.push(text.slice(start, start + RECORD_LENGTH))
  return records
}

function clean(line: string): string {
  return printable(line.replaceAll('\n', '?')).trimEnd()
}
