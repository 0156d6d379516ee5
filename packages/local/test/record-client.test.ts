import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RecordClient } from '../src/record-client.js'
import { SqliteDatabase } from '../src/sqlite.js'
import { databaseError } from '../src/sqlite-error.js'
import { draft, submission } from './record-samples.js'

let folder: string
let path: string
let client: RecordClient

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'))
  path = join(folder, 'records.sqlite')
  client = new RecordClient(path)
})

afterEach(async () => {
  vi.restoreAllMocks()
  await client.close()
  await rm(folder, { recursive: true })
})

const submit = (key: string) => client.call('submit', JSON.stringify(draft(key)), JSON.stringify(submission('1')), 0)

it('opens the file once, for any number of calls', async () => {
  const open = vi.spyOn(SqliteDatabase, 'open')
  client.subscribe('a', () => {})
  await Promise.all([submit('a'), submit('b'), client.call('get', 'a')])
  expect(open).toHaveBeenCalledTimes(1)
})

it('opens the file again when the thread of the databases died, and watches on', async () => {
  const heard: string[] = []
  client.subscribe('a', ({ status }) => heard.push(status))
  await submit('b')
  const open = vi.spyOn(SqliteDatabase, 'open')
  const died = databaseError(path, { message: 'its thread ended', code: 'CLOSED' })
  const call = vi.spyOn(SqliteDatabase.prototype, 'call').mockRejectedValueOnce(died)
  await expect(client.call('get', 'a')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
  expect(await client.call('get', 'a')).toBeUndefined()
  expect(open).toHaveBeenCalledTimes(1)
  await vi.waitFor(() => expect(call).toHaveBeenCalledWith('watch', ['a'], true), { timeout: 10_000 })
  await submit('a')
  expect(new Set(heard)).toEqual(new Set(['PENDING']))
})

it('stays open when a call fails', async () => {
  await submit('a')
  const open = vi.spyOn(SqliteDatabase, 'open')
  const busy = databaseError(path, { message: 'database is locked', code: 'SQLITE_BUSY' })
  vi.spyOn(SqliteDatabase.prototype, 'call').mockRejectedValueOnce(busy)
  await expect(client.call('get', 'a')).rejects.toMatchObject({ details: { reason: 'SQLITE_BUSY' } })
  expect(await client.call('get', 'a')).toBeDefined()
  expect(open).not.toHaveBeenCalled()
})
