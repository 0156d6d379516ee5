import { testStorage } from '@datalab/testing'
import { describe, it } from 'vitest'
import type { S3Storage } from '../src/index.js'
import { endpoint, TestBucket } from './server.js'

const bucket = TestBucket.use()
const prefixes = new WeakMap<S3Storage, string>()
let count = 0

describe.skipIf(endpoint === undefined)('with a real server', () => {
  testStorage(
    { describe, it },
    {
      name: 'S3Storage',
      create() {
        const prefix = `suite ${++count}/ä+%/`
        const storage = bucket.storage({ prefix })
        prefixes.set(storage, prefix)
        return storage
      },
      destroy: (storage) => bucket.clear(prefixes.get(storage)),
      leftovers: (storage) => bucket.leftovers(prefixes.get(storage) ?? ''),
    },
  )
})
