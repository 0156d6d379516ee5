import { existsSync, rmSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Lease, StoredRecord } from '@datalab/core'
import { testRecordStore } from '@datalab/testing'
import Libsql from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SqliteRecordStore } from '../src/index.js'
import { RECORD_MIGRATIONS } from '../src/record-schema.js'
import { openConnection } from '../src/sqlite-connection.js'
import { recordConnection } from './record-lab.js'
import { draft, submission } from './record-samples.js'

let folder: string
let path: string
let stores: SqliteRecordStore[]
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'))
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(() => {
  path = join(folder, `${count++}`, 'deep', 'records.sqlite')
  stores = []
})

afterEach(() => Promise.all(stores.map((store) => store.close())))

function open(): SqliteRecordStore {
  const store = new SqliteRecordStore({ path })
  stores.push(store)
  return store
}

async function claim(store: SqliteRecordStore): Promise<Lease> {
  const { lease } = await store.claim('k', 'me', { leaseMs: 60_000 })
  if (lease === undefined) throw new Error('there is nothing to claim')
  return lease
}

testRecordStore(
  { describe, it },
  {
    name: 'SqliteRecordStore',
    create: () => new SqliteRecordStore({ path: join(folder, `${count++}`, 'records.sqlite') }),
    hasOwnClock: true,
  },
)

describe('the file of records', () => {
  it('is made when it is first needed, in folders of this user alone', async () => {
    const store = open()
    expect(existsSync(join(path, '../..'))).toBe(false)
    await store.get('k')
    for (const made of [dirname(path), dirname(dirname(path))]) expect(statSync(made).mode & 0o777).toBe(0o700)
  })

  it('is made in a folder that is there, which stays as it is', async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await open().get('k')
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o755)
    expect(existsSync(path)).toBe(true)
  })

  it('has a path', () => {
    expect(() => new SqliteRecordStore({ path: '' })).toThrow(TypeError)
    expect(() => new SqliteRecordStore({} as never)).toThrow(TypeError)
  })

  it('keeps what it was told when it is closed and opened again', async () => {
    const store = open()
    await store.submit(draft('k'), submission('1'))
    const lease = await claim(store)
    await store.update(lease, { progress: 0.5, warnings: ['ä\u0000 "\ud800"'] })
    await store.close()
    const again = open()
    expect((await again.get('k'))?.warnings).toEqual(['ä\u0000 "\ud800"'])
    expect(await again.submissions('k')).toEqual([submission('1')])
    expect(await again.update(lease, { status: 'COMPLETED' })).toBe(true)
  })

  it.each([
    ['is damaged', async () => writeFile(path, 'no database, but long enough to be taken for one'.repeat(100))],
    ['is a folder', async () => mkdir(path)],
  ])('is named, with what to do, where it %s', async (what, make) => {
    await mkdir(dirname(path), { recursive: true })
    await make()
    const isDamaged = what === 'is damaged'
    await expect(open().get('k')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      retryable: !isDamaged,
      details: { reason: isDamaged ? 'SQLITE_NOTADB' : 'SQLITE_CANTOPEN' },
      message: expect.stringMatching(
        isDamaged ? /records\.sqlite is damaged.* Move it away, / : /records\.sqlite .* must be a file/,
      ),
    })
  })

  it.each(['DELETE FROM parts', "UPDATE parts SET part = '{'"])(
    'is damaged where a part of a record is: %s',
    async (damage) => {
      const store = open()
      await store.submit(draft('k'), submission('1'))
      const connection = recordConnection(path)
      connection.run(damage)
      connection.close()
      const failure = { code: 'DATABASE_UNAVAILABLE', retryable: false, details: { reason: 'SQLITE_CORRUPT' } }
      await expect(store.get('k')).rejects.toMatchObject(failure)
      await expect(store.list()).rejects.toMatchObject(failure)
    },
  )

  it('is opened by a later call where the first could not', async () => {
    await mkdir(dirname(dirname(path)), { recursive: true })
    await writeFile(dirname(path), 'in the way')
    const store = open()
    const failure = { code: 'DATABASE_UNAVAILABLE', retryable: true, details: { reason: 'EEXIST' } }
    await expect(store.submit(draft('k'), submission('1'))).rejects.toMatchObject(failure)
    rmSync(dirname(path))
    expect((await store.submit(draft('k'), submission('1'))).begun).toBe(true)
  })

  it('fails, and does not wait, where no folder can be made', { skip: !existsSync('/proc') }, async () => {
    path = '/proc/datalab/records.sqlite'
    await expect(open().get('k')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
  })
})

describe('a file of another version', () => {
  beforeEach(async () => {
    await mkdir(dirname(path), { recursive: true })
    const database = new Libsql(path)
    database.exec(await readFile(join(import.meta.dirname, 'fixtures/records-1.sql'), 'utf8'))
    database.close()
  })

  /** What the fixture holds, and can do. */
  async function check(store: SqliteRecordStore): Promise<void> {
    const { records } = await store.list()
    expect(records.map(({ key, status, attempt }) => [key, status, attempt])).toEqual([
      ['done', 'COMPLETED', 2],
      ['going', 'IN_PROGRESS', 1],
      ['old', 'COMPLETED', 1],
      ['waiting', 'PENDING', 0],
    ])
    expect(await store.submissions('waiting')).toEqual([submission('1'), submission('2', 'ben')])
    expect((await store.get('done'))?.history).toHaveLength(1)
    // The system was started anew since then.
    expect((await store.claim('going', 'me', { leaseMs: 1000 })).lease?.attempt).toBe(2)
    expect((await store.claim('waiting', 'me', { leaseMs: 1000 })).lease?.principal).toEqual({ id: 'ann' })
    expect(await store.expire(new Date())).toBe(2)
  }

  it('of version 1 is read as it was written', async () => {
    await check(open())
  })

  it('is brought up to date, and then refused by whoever knows only the version before', async () => {
    const next = 'ALTER TABLE records ADD COLUMN note TEXT; UPDATE records SET note = status'
    const connection = openConnection(Libsql, path, [...RECORD_MIGRATIONS, next])
    expect(connection.all('SELECT key, note FROM records WHERE key = ?', 'done')).toEqual([
      { key: 'done', note: 'COMPLETED' },
    ])
    connection.close()
    await expect(open().get('done')).rejects.toMatchObject({
      code: 'DATABASE_NEWER',
      retryable: false,
      message: expect.stringMatching(/records\.sqlite cannot be read: .*version 3.*Update/),
    })
  })

  it('that is brought up to date while an earlier release works on it is of no use to that any more', async () => {
    const earlier = openConnection(Libsql, path, RECORD_MIGRATIONS.slice(0, 1))
    const sql = 'SELECT record FROM records WHERE key = ?'
    expect(earlier.get(sql, 'done')).toBeDefined()
    await open().get('done')
    expect(() => earlier.get(sql, 'done')).toThrow('no such column')
    earlier.close()
  })

  it('of version 1 is gone on with, whose records had all in one', async () => {
    const store = open()
    const before = (await store.get('waiting')) as StoredRecord
    const { lease } = await store.claim('waiting', 'me', { leaseMs: 1000 })
    if (lease === undefined) throw new Error('no lease')
    const output = { output_data: [{ text: 'x' }] }
    const heard: StoredRecord[] = []
    store.subscribe('waiting', (record) => heard.push(record))
    await store.update(lease, { output })
    await store.update(lease, { progress: 0.5 })
    const { inputs, provenance } = before
    expect(await store.get('waiting')).toMatchObject({ inputs, provenance, output, progress: 0.5 })
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ inputs, provenance, output, progress: 0.5 }))
    await store.update(lease, { status: 'FAILED', output: null })
    expect(await store.get('waiting')).toMatchObject({ inputs, provenance, output: null })
  })

  it('has records of before results could be outdated, of which none is', async () => {
    const connection = recordConnection(path)
    const { own = '' } = connection.get<{ own: string }>('SELECT own FROM records WHERE key = ?', 'old') ?? {}
    connection.close()
    expect(JSON.parse(own)).not.toHaveProperty('outdated')
    const store = open()
    expect((await store.get('old'))?.outdated).toBe(0)
    const { record: found, begun } = await store.submit(draft('old'), submission('2'))
    expect([found.outdated, begun]).toEqual([0, false])
    expect((await store.submit(draft('old'), submission('3'), { outdated: 1 })).begun).toBe(true)
  })
})

describe('a store that is closed', () => {
  it('ends the calls that were made, and refuses others', async () => {
    const store = open()
    const calls = [store.submit(draft('a'), submission('1')), store.submit(draft('b'), submission('1')), store.list()]
    await store.close()
    expect((await Promise.all(calls)).length).toBe(3)
    const lease: Lease = { key: 'a', attempt: 1, owner: 'me', principal: { id: 'ann' } }
    const refused = [
      () => store.get('a'),
      () => store.list(),
      () => store.submit(draft('a'), submission('2')),
      () => store.adopt({} as StoredRecord),
      () => store.withdraw('a', '1'),
      () => store.submissions('a'),
      () => store.claim('a', 'me', { leaseMs: 1 }),
      () => store.release(lease, { delayMs: 0 }),
      () => store.renew(lease, 1),
      () => store.update(lease, {}),
      () => store.forget('a', 1),
      () => store.expire(new Date()),
    ]
    for (const call of refused) await expect(call()).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
    expect(() => store.subscribe('a', () => {})).toThrow(expect.objectContaining({ code: 'DATALAB_CLOSED' }))
    await store.close()
  })

  it('needs no file', async () => {
    const store = open()
    await store.close()
    expect(existsSync(path)).toBe(false)
  })

  it('tells nobody any more, and keeps no lease', async () => {
    const [store, other] = [open(), open()]
    const heard: string[] = []
    const leave = store.subscribe('k', ({ status }) => heard.push(status))
    await store.submit(draft('k'), submission('1'))
    await store.claim('k', 'me', { leaseMs: 200, keepMs: 60_000 })
    await store.close()
    await vi.waitFor(async () => expect((await other.claim('k', 'you', { leaseMs: 5000 })).lease?.attempt).toBe(2))
    leave()
    expect(heard).toEqual(['PENDING', 'IN_PROGRESS'])
  })
})

describe('a lease that is renewed', () => {
  const LEASE_MS = 300

  it('is kept for as long as was said last', async () => {
    const [store, other] = [open(), open()]
    await store.submit(draft('k'), submission('1'))
    const { lease } = await store.claim('k', 'me', { leaseMs: LEASE_MS })
    expect(lease && (await store.renew(lease, LEASE_MS, 60_000))).toBe(true)
    let last = 0
    const prolonged = async () => {
      const { lease: stolen, waitMs = 0 } = await other.claim('k', 'you', { leaseMs: LEASE_MS })
      expect(stolen).toBeUndefined()
      const isLonger = waitMs > last && last > 0
      last = waitMs
      return isLonger
    }
    for (let renewals = 0; renewals < 4; ) if (await prolonged()) renewals++
    expect(lease && (await store.renew(lease, LEASE_MS, 1))).toBe(true)
    await vi.waitFor(async () => expect((await other.claim('k', 'you', { leaseMs: 5000 })).lease?.attempt).toBe(2))
    expect(lease && (await store.renew(lease, LEASE_MS, 60_000))).toBe(false)
  })
})

describe('subscribers', () => {
  it('have heard of a change when the call that made it answers, whichever store of this process made it', async () => {
    const [one, two] = [open(), open()]
    const heard: string[] = []
    one.subscribe('k', ({ status }) => heard.push(`one ${status}`))
    two.subscribe('k', ({ status }) => heard.push(`two ${status}`))
    await two.get('k')
    await one.submit(draft('k'), submission('1'))
    expect(heard.sort()).toEqual(['one PENDING', 'two PENDING'])
    await two.withdraw('k', '1')
    expect(heard.slice(2).sort()).toEqual(['one CANCELLED', 'two CANCELLED'])
  })

  it('that fail keep nobody else from hearing, and are warned of', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const store = open()
    const heard: string[] = []
    store.subscribe('k', () => {
      throw new Error('I am not well')
    })
    store.subscribe('k', ({ status }) => heard.push(status))
    await store.submit(draft('k'), submission('1'))
    expect(heard).toEqual(['PENDING'])
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/record of k .*I am not well/))
    warned.mockRestore()
  })

  it('may leave while they are told', async () => {
    const store = open()
    const heard: string[] = []
    const leave = [
      store.subscribe('k', () => {
        heard.push('first')
        leave[1]?.()
      }),
      store.subscribe('k', () => heard.push('second')),
    ]
    await store.submit(draft('k'), submission('1'))
    leave[0]?.()
    await store.withdraw('k', '1')
    expect(heard).toEqual(['first'])
  })

  it('of one function twice are two', async () => {
    const store = open()
    const hear = vi.fn()
    const leave = store.subscribe('k', hear)
    store.subscribe('k', hear)
    await store.submit(draft('k'), submission('1'))
    leave()
    leave()
    await store.withdraw('k', '1')
    expect(hear).toHaveBeenCalledTimes(3)
  })

  it('hear of what they waited for when the file can be opened at last', async () => {
    await mkdir(dirname(dirname(path)), { recursive: true })
    await writeFile(dirname(path), 'in the way')
    const store = open()
    const heard: string[] = []
    store.subscribe('k', ({ status }) => heard.push(status))
    await expect(store.get('k')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    rmSync(dirname(path))
    await open().submit(draft('k'), submission('1'))
    await vi.waitFor(() => expect(heard).toEqual(['PENDING']), { timeout: 10_000 })
  })
})

it('takes what JSON has a word for, and leaves the rest out', async () => {
  const store = open()
  const odd = { ...submission('1'), principal: { id: 'ann', tell: () => {}, since: new Date(0) } }
  await store.submit(draft('k'), odd)
  expect((await claim(store)).principal).toEqual({ id: 'ann', since: '1970-01-01T00:00:00.000Z' })
})
