import { EXIT } from '../command-error.js'
import type { CommandMain } from '../commands.js'
import { readJobRequest } from '../job-request.js'
import { keyOf } from '../lab.js'

/** `datalab key`: the key of a job, alone. */
export const key: CommandMain = async (argv, context) => {
  const request = await readJobRequest('key', argv, context)
  if (request !== undefined) await context.terminal.print(`${await keyOf(request, context)}\n`)
  return EXIT.completed
}
