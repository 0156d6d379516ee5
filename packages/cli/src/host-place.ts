import type { CommandContext } from './commands.js'
import { flags } from './flags.js'
import { fleetAddress, fleetPlace } from './fleet-place.js'
import { hostPlace, type Place, readPlace } from './output-folder.js'
import type { ParsedArguments } from './parse-arguments.js'

/** What a host is made for: to look at what is there, which writes nothing, or to run something. */
export type Purpose = 'reading' | 'running'

/**
 * Where a host keeps what it has, and where its runs are done: in the folder for results and here, or in a fleet.
 *
 * @throws CommandError for an address that is none.
 */
export function placesOf(
  parsed: ParsedArguments,
  folder: string,
  { io }: CommandContext,
): (purpose: Purpose) => Promise<Place> {
  const fleet = fleetAddress(parsed, io.env)
  if (fleet !== undefined) return () => fleetPlace(fleet, io.cwd)
  const storage = parsed.value(flags.storage)
  // What operations of others do is not known.
  const isBusy = parsed.has(flags.packages)
  return (purpose) => (purpose === 'reading' ? readPlace : hostPlace)(folder, storage, isBusy)
}
