import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Card, Fits, Hdu } from '@datalab/fits'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { flags } from '../flags.js'
import { suggestion } from '../nearest.js'
import { type ParsedArguments, parseArguments } from '../parse-arguments.js'
import { printable, sentence } from '../printable.js'

const RECORD_LENGTH = 80

/** `datalab fits header`: the headers of a file, each line as wide as a card. */
export const fits: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.fits.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('fits'))
    return EXIT.completed
  }
  const [command, file, ...others] = parsed.positionals
  if (command === undefined) throw usageError("Say what to do with the file: 'datalab fits header FILE'.")
  if (command !== 'header')
    throw usageError(`There is no command 'fits ${command}'. ${suggestion(command, ['header'])}`)
  if (file === undefined) throw usageError("Name a file: 'datalab fits header FILE'.")
  if (others.length > 0) throw usageError(`'fits header' takes one file. Leave '${others[0]}' out.`)
  await printHeaders(file, parsed, context)
  return EXIT.completed
}

async function printHeaders(file: string, parsed: ParsedArguments, { io, terminal }: CommandContext): Promise<void> {
  await using opened = await open(file, resolve(io.cwd, file))
  const { Header } = await import('@datalab/fits')
  const records = (card: Card) => card.records ?? recordsOf(new Header([card]).format())
  const hdus = chosenHdus(opened, parsed.value(flags.hdu), file)
  for (const [position, hdu] of hdus.entries()) {
    const header = parsed.has(flags.stored) ? hdu.storedHeader : hdu.header
    const lines = [`# HDU ${hdu.index} in ${file}:`, ...header.cards.flatMap(records)]
    await terminal.print(`${position === 0 ? '' : '\n'}${lines.map((line) => `${clean(line)}\n`).join('')}`)
    if (hdu.error !== undefined) terminal.note(`datalab: HDU ${hdu.index} in ${file}: ${sentence(hdu.error.message)}`)
  }
}

async function open(file: string, path: string): Promise<Fits> {
  const { openFits } = await import('@datalab/fits')
  try {
    return await openFits(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw usageError(`${file} does not exist. Check its name.`, error)
    if (code === 'EACCES' || code === 'EPERM')
      throw usageError(`${file} may not be read. Change its permissions.`, error)
    if (code === 'EISDIR' || (await isFolder(path))) throw usageError(`${file} is a folder. Give a FITS file.`, error)
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/** The HDU of this number, all of this name, or all there are. */
function chosenHdus(opened: Fits, which: string | undefined, file: string): readonly Hdu[] {
  if (which === undefined) return opened.hdus
  const name = which.trim().toUpperCase()
  const isNumber = /^\d+$/.test(name)
  const chosen = opened.hdus.filter(({ index, extname }) =>
    isNumber ? index === Number(name) : extname.toUpperCase() === name,
  )
  if (chosen.length > 0) return chosen
  const known = opened.hdus.map(({ index, extname }) => (extname === '' ? String(index) : `${index} (${extname})`))
  throw usageError(`--hdu: ${file} has no HDU '${which}'. It has ${known.join(', ')}.`)
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
