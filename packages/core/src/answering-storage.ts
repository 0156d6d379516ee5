import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'
import { withinTime } from './grace.js'
import type { ObjectStorage } from './object-storage.js'
import { persistently } from './persistently.js'

/** No storage takes longer to answer; one that hangs must not hold whoever asks. */
const READ_MS = 30_000
/** Nor to keep or delete what is small: manifests and previews. */
const WRITE_MS = 120_000

/**
 * The same storage, for what a host does while somebody waits: a call that is not answered within 30 seconds has failed, a put or a deletion within
 * two minutes; the storage may do it yet. So have reads of what it opens. A URL that cannot be had is asked for again.
 *
 * Its calls throw STORAGE_UNAVAILABLE (retryable) then.
 */
export function answeringStorage(storage: ObjectStorage): ObjectStorage {
  const read = <Answer>(call: string, answer: Promise<Answer>) => answered(call, answer, READ_MS)
  const write = <Answer>(call: string, answer: Promise<Answer>) => answered(call, answer, WRITE_MS)
  return {
    reach: storage.reach,
    ...(storage.supports === undefined ? {} : { supports: storage.supports }),
    head: (key) => read('head', storage.head(key)),
    list: (prefix, options) => read('list', storage.list(prefix, options)),
    url: (key) =>
      read(
        'url',
        persistently(() => storage.url(key)),
      ),
    open: (key) => opened(storage.open(key)),
    put: (key, body, options) => write('put', storage.put(key, body, options)),
    delete: (keys) => write('delete', storage.delete(keys)),
  }
}

async function opened(opening: Promise<ByteSource | undefined>): Promise<ByteSource | undefined> {
  try {
    const source = await answered('open', opening, READ_MS)
    return source && answeringSource(source)
  } catch (error) {
    // What comes too late is nobody's.
    opening.then((source) => source?.close()).catch(() => {})
    throw error
  }
}

function answeringSource(source: ByteSource): ByteSource {
  const { size, identity, path } = source
  return {
    size,
    identity,
    ...(path === undefined ? {} : { path }),
    read: (offset, into) => answered('read', source.read(offset, into), READ_MS),
    close: () => answered('close', source.close(), READ_MS),
  }
}

function answered<Answer>(call: string, answer: Promise<Answer>, ms: number): Promise<Answer> {
  return withinTime(answer, ms, () => {
    const cause = new Error(`${call}: no answer within ${ms} milliseconds`)
    const message = 'The storage of results does not answer now. Try again later.'
    return new DataLabError('STORAGE_UNAVAILABLE', message, { retryable: true, cause, details: { call } })
  })
}
