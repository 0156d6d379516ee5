import { randomUUID } from 'node:crypto'
import { isDataLabError, type Logger, type ObjectStorage } from '@datalab/core'

/**
 * That a worker may write to the storage of results, by an object that it deletes again: else all that it takes from others would fail. One that
 * does not answer now may do so when it is needed, and the log says so.
 *
 * @throws what the storage throws that does not pass: STORAGE_FORBIDDEN, say. It is closed then.
 */
export async function checkStorage(storage: ObjectStorage, log: Logger): Promise<void> {
  const key = `workers/${randomUUID()}`
  try {
    await storage.put(key, Buffer.from('A worker has looked whether it may write here.'))
    await storage.delete(key)
  } catch (err) {
    if (!isDataLabError(err) || !err.retryable) {
      await storage.close?.().catch(() => {})
      throw err
    }
    log.warn({ err }, 'the storage of results does not answer: runs fail until it does')
  }
}
