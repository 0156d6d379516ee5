import { resolve } from 'node:path'
import { EXIT } from '../command-error.js'
import type { CommandMain } from '../commands.js'
import { flags } from '../flags.js'
import { readJobRequest } from '../job-request.js'
import { labFor } from '../lab.js'
import { readPlace } from '../output-folder.js'
import { jsonDocument } from '../printable.js'

/** `datalab plan`: what `run` would do. Without `--out`, as if nothing was run before. */
export const plan: CommandMain = async (argv, context) => {
  const request = await readJobRequest('plan', argv, context)
  if (request === undefined) return EXIT.completed
  const out = request.arguments.value(flags.out)
  await using lab = await labFor(
    request,
    context,
    out ? await readPlace(resolve(context.io.cwd, out), request.arguments.value(flags.storage)) : {},
  )
  const options = { force: request.arguments.has(flags.force) }
  const { key, inputs, cached, reason } = await lab.plan(request.operation, request.inputs, options)
  const isJson = request.arguments.has(flags.json)
  await context.terminal.print(isJson ? jsonDocument({ key, cached, reason, inputs }) : `${key}\n${reason}\n`)
  return EXIT.completed
}
