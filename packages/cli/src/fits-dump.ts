import { EXIT } from './command-error.js'
import type { FitsCommandMain } from './fits-commands.js'
import { explained } from './open-fits-file.js'
import { jsonLine } from './printable.js'

/** `datalab fits dump`: all that a file says, with hashes of its images and columns, in one line of JSON (`fits-dump/1`). */
export const fitsDump: FitsCommandMain = async (file, _parsed, { io, terminal }) => {
  const { dump } = await import('@datalab/fits/dump')
  const found = await explained(file, io.cwd, dump)
  await terminal.print(jsonLine({ file, ...found }))
  return found.error === undefined ? EXIT.completed : EXIT.failed
}
