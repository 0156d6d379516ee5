import type { Fault, Fits } from '@datalab/fits'
import { EXIT } from './command-error.js'
import type { FitsCommandMain } from './fits-commands.js'
import { flags } from './flags.js'
import { openFitsFile } from './open-fits-file.js'
import { jsonDocument, oneLine, sentence } from './printable.js'

/** `datalab fits verify`: what is wrong with a file, in plain sentences; the exit code is 1 where something is. */
export const fitsVerify: FitsCommandMain = async (file, parsed, { io, terminal }) => {
  await using opened = await openFitsFile(file, io.cwd)
  const { findFaults } = await import('@datalab/fits')
  const isJson = parsed.has(flags.json)
  const faults: Fault[] = []
  for await (const fault of findFaults(opened)) {
    faults.push(fault)
    if (!isJson) await terminal.print(`${lineOf(fault, opened)}\n`)
  }
  await terminal.print(
    isJson ? jsonDocument({ file, faults }) : `${oneLine(`${file}: ${summaryOf(faults, opened)}`)}\n`,
  )
  return faults.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.completed
}

function lineOf({ hdu, level, message }: Fault, opened: Fits): string {
  const name = opened.hdus[hdu]?.extname ?? ''
  return oneLine(`HDU ${hdu}${name === '' ? '' : ` (${name})`}: ${level}: ${sentence(message)}`)
}

function summaryOf(faults: readonly Fault[], { hdus }: Fits): string {
  const count = (level: Fault['level']) => faults.filter((fault) => fault.level === level).length
  const found = [counted(count('error'), 'error'), counted(count('warning'), 'warning')].filter((text) => text !== '')
  return `${counted(hdus.length, 'HDU')}, ${found.length === 0 ? 'nothing wrong' : found.join(' and ')}.`
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
