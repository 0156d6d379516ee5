import type { ObjectStorage } from './object-storage.js'
import type { OutputFile } from './output.js'
import type { StoredRecord } from './record.js'
import type { LostObjects, ServiceProvider } from './service.js'

/** What lost objects are made again with. */
export interface RestoreParts {
  readonly storage: ObjectStorage
  readonly services: ReadonlyMap<string, ServiceProvider>
}

/** Has the derived objects of a result made again that were lost; false where one could not be. */
export async function restoreObjects(
  parts: RestoreParts,
  record: StoredRecord,
  lost: ReadonlySet<string>,
): Promise<boolean> {
  for (const file of record.output?.output_files ?? []) {
    const roles = Object.keys(file.objects).filter((role) => lost.has(file.objects[role] as string))
    if (roles.length > 0 && !(await restoreFile(parts, record, file, roles))) return false
  }
  return true
}

async function restoreFile(
  { storage, services }: RestoreParts,
  record: StoredRecord,
  file: OutputFile,
  roles: readonly string[],
): Promise<boolean> {
  const left = new Set(roles)
  const task: LostObjects = {
    file,
    roles,
    open: async (role) => {
      const key = file.objects[role]
      return key === undefined ? undefined : storage.open(key)
    },
    put: async (role, body, contentType) => {
      if (!roles.includes(role)) throw new TypeError(`'${role}' is none of the lost objects: ${roles.join(', ')}.`)
      await storage.put(file.objects[role] as string, body, { contentType })
      left.delete(role)
    },
  }
  for (const id of Object.keys(record.provenance.services)) {
    if (left.size > 0) await services.get(id)?.restore?.(task)
  }
  return left.size === 0
}
