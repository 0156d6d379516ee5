import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testRecordStore } from '@datalab/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { SqliteRecordStore } from '../src/index.js'

let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'))
})

afterAll(() => rm(folder, { recursive: true }))

testRecordStore(
  { describe, it },
  {
    name: 'SqliteRecordStore',
    create: () => new SqliteRecordStore({ path: join(folder, `${count++}`, 'records.sqlite') }),
    hasOwnClock: true,
  },
)
