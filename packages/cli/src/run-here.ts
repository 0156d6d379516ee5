import { run } from './commands/run.js'
import { processIo } from './io.js'
import { offers } from './operations.js'
import { performCommand } from './perform-command.js'

/**
 * `datalab run` on this machine alone, with the arguments after its name: what `main` does, as one file with all that it takes of the other
 * packages, since to load so many files takes longer than most runs.
 */
export function runHere(argv: readonly string[]): Promise<number> {
  return performCommand(processIo(), offers, (context) => run(argv, context))
}
