import type { HostParts } from './host-options.js'
import type { Reach } from './object-storage.js'

/** How far what runs of a host work with is shared, by what it is called. */
export function reachesOf({ records, storage, sources }: HostParts): ReadonlyMap<string, Reach> {
  const reaches = new Map<string, Reach>([
    ['record store', records.reach],
    ['storage', storage.reach],
  ])
  // The host's own results are as far away as its storage.
  for (const { name, reach } of sources.values()) if (name !== 'datalab') reaches.set(`source ${name}`, reach)
  return reaches
}
