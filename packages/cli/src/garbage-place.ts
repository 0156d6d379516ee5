import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from './command-error.js'
import { flags } from './flags.js'
import { type FleetAddress, fleetAddress, fleetPlace } from './fleet-place.js'
import type { Io } from './io.js'
import { hasHost, hostPlace, type Place } from './output-folder.js'
import type { ParsedArguments } from './parse-arguments.js'

/**
 * Where garbage is to be collected: in a folder for results, or in the storage of a fleet, whose records say what is needed. A folder that the
 * command line names goes before a fleet of the environment.
 *
 * @throws CommandError where neither is named, or what is named is not there.
 */
export async function garbagePlace(parsed: ParsedArguments, { cwd, env }: Io): Promise<Place> {
  const out = parsed.value(flags.place)
  if (out && parsed.has(flags.redis))
    throw usageError('--out names a folder, and --redis a fleet, which keeps its results elsewhere. Give one of them.')
  if (out) return folderPlace(out, parsed.value(flags.storage), { cwd, env })
  const fleet = fleetAddress(parsed, env)
  if (fleet === undefined)
    throw usageError('Say which folder: --out DIR, or which fleet: --redis URL --storage s3://BUCKET/PREFIX|DIR.')
  return storagePlace(fleet, cwd)
}

function folderPlace(out: string, storage: string | undefined, { cwd, env }: Pick<Io, 'cwd' | 'env'>): Promise<Place> {
  const folder = resolve(cwd, out)
  if (hasHost(folder)) return hostPlace(folder, storage)
  const hint = env.DATALAB_REDIS ? ' A fleet keeps its results in its storage: leave --out out.' : ''
  throw usageError(`--out: ${out} is no folder that 'datalab run' has written to.${hint}`)
}

/** Nothing is run: there is no executor. */
async function storagePlace(fleet: FleetAddress, cwd: string): Promise<Place> {
  const isFolder = !fleet.storage.includes('://')
  if (isFolder && !existsSync(resolve(cwd, fleet.storage)))
    throw usageError(
      `${fleet.saidBy.storage}: there is no folder ${fleet.storage}. Name the one in which the fleet keeps its results.`,
    )
  const { records, storage } = await fleetPlace(fleet, cwd)
  return { ...(records && { records }), ...(storage && { storage }) }
}
