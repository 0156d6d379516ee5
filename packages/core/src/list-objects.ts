import type { ObjectInfo, ObjectStorage } from './object-storage.js'

/** Objects of one page when they are listed. */
const PAGE = 1000

/** All objects whose keys begin with a prefix, in the order of their keys, page by page. */
export async function* listObjects(storage: ObjectStorage, prefix: string): AsyncGenerator<ObjectInfo, void> {
  let cursor: string | undefined
  do {
    const page = await storage.list(prefix, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    yield* page.objects
    cursor = page.cursor
  } while (cursor !== undefined)
}
