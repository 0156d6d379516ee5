import { resolve } from 'node:path'
import { FileStorage } from '@datalab/core'
import { usageError } from './command-error.js'
import { flags, spelled } from './flags.js'
import { type Place, storageAt } from './output-folder.js'
import type { ParsedArguments } from './parse-arguments.js'

/** How a fleet is reached. */
export interface FleetAddress {
  readonly redis: string
  /** `s3://bucket/prefix`, or a folder that all machines have at the same path. */
  readonly storage: string
  /** What said so, for who has to change it: a flag or a variable of the environment. */
  readonly saidBy: { readonly redis: string; readonly storage: string }
}

/**
 * The fleet that a command line, or else the environment, names; undefined where neither does.
 *
 * @throws CommandError for a Redis without a storage.
 */
export function fleetAddress(
  parsed: ParsedArguments,
  env: Readonly<Record<string, string | undefined>>,
): FleetAddress | undefined {
  const redis = parsed.value(flags.redis) ?? env.DATALAB_REDIS
  const storage = parsed.value(flags.sharedStorage) ?? env.DATALAB_STORAGE
  if (!redis) return undefined
  if (!storage)
    throw usageError(
      'Say where the fleet keeps results: --storage s3://BUCKET/PREFIX, or a folder that all machines share.',
    )
  const saidBy = {
    redis: parsed.has(flags.redis) ? spelled(flags.redis) : '$DATALAB_REDIS',
    storage: parsed.has(flags.sharedStorage) ? spelled(flags.sharedStorage) : '$DATALAB_STORAGE',
  }
  return { redis, storage, saidBy }
}

/**
 * A host whose runs are done by the workers of a fleet. Folders, of results and of input files, are those of all its machines: whoever names
 * one has to see to that.
 *
 * @param cwd the folder that relative paths begin at
 * @throws CommandError for an address that is none.
 */
export async function fleetPlace({ redis, saidBy, storage }: FleetAddress, cwd: string): Promise<Place> {
  const { BullMQExecutor, RedisRecordStore } = await import('@datalab/executor-bullmq')
  const objects = storage.includes('://')
    ? await storageAt(storage, saidBy.storage)
    : new FileStorage(resolve(cwd, storage))
  try {
    return {
      storage: objects,
      records: new RedisRecordStore({ redis }),
      executor: new BullMQExecutor({ redis, shared: true }),
    }
  } catch (error) {
    throw usageError(`${saidBy.redis}: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}
