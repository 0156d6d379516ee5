import { throwIfAborted } from './errors.js'
import { withinTime } from './grace.js'
import type { ObjectStorage } from './object-storage.js'
import type { OutputFile } from './output.js'
import type { StoredRecord } from './record.js'
import type { LostObjects, ServiceProvider } from './service.js'

/** What a service makes again of one output file takes no longer. Where it does, the job is run again. */
const RESTORE_MS = 120_000

/** What lost objects are made again with. */
export interface RestoreParts {
  readonly storage: ObjectStorage
  readonly services: ReadonlyMap<string, ServiceProvider>
}

/** Has the derived objects of a result made again that were lost, and tells how long they are, by key; undefined where one could not be. */
export async function restoreObjects(
  parts: RestoreParts,
  record: StoredRecord,
  lost: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const sizes = new Map<string, number>()
  for (const file of record.output?.output_files ?? []) {
    const roles = Object.keys(file.objects).filter((role) => lost.has(file.objects[role] as string))
    if (roles.length > 0 && !(await restoreFile(parts, record, file, roles, sizes))) return undefined
  }
  return sizes
}

async function restoreFile(
  { storage, services }: RestoreParts,
  record: StoredRecord,
  file: OutputFile,
  roles: readonly string[],
  sizes: Map<string, number>,
): Promise<boolean> {
  const left = new Set(roles)
  const over = new AbortController()
  const put: LostObjects['put'] = async (role, body, contentType) => {
    if (!roles.includes(role)) throw new TypeError(`'${role}' is none of the lost objects: ${roles.join(', ')}.`)
    throwIfAborted(over.signal)
    const { key, size } = await storage.put(file.objects[role] as string, body, { contentType })
    sizes.set(key, size)
    left.delete(role)
  }
  const open: LostObjects['open'] = async (role) => {
    const key = file.objects[role]
    return key === undefined ? undefined : storage.open(key)
  }
  const restore = async () => {
    for (const id of Object.keys(record.provenance.services)) {
      if (left.size > 0) await services.get(id)?.restore?.({ file, roles, open, put })
    }
    return left.size === 0
  }
  const late = () => new Error(`${file.basename} was not made whole within ${RESTORE_MS} milliseconds`)
  return withinTime(restore(), RESTORE_MS, late).finally(() => over.abort())
}
