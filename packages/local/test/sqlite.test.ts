import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteDatabase } from '../src/sqlite.js'
import { openConnection } from '../src/sqlite-connection.js'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-'))
  path = join(folder, 'a.sqlite')
})

afterEach(() => rm(folder, { recursive: true }))

const MIGRATIONS = ['CREATE TABLE a (n INTEGER) STRICT; INSERT INTO a VALUES (1)', 'ALTER TABLE a ADD COLUMN m TEXT']

describe('openConnection', () => {
  it('brings a database up to date, once', () => {
    openConnection(Libsql, path, MIGRATIONS.slice(0, 1)).close()
    for (let i = 0; i < 2; i++) {
      const connection = openConnection(Libsql, path, MIGRATIONS)
      expect(connection.all('SELECT * FROM a')).toEqual([{ n: 1, m: null }])
      connection.close()
    }
  })

  it('leaves a database as it is when a migration fails', () => {
    openConnection(Libsql, path, MIGRATIONS.slice(0, 1)).close()
    const broken = [...MIGRATIONS, 'INSERT INTO a VALUES (2, 3); nonsense']
    expect(() => openConnection(Libsql, path, broken)).toThrow(/nonsense/)
    const connection = openConnection(Libsql, path, MIGRATIONS)
    expect(connection.all('SELECT * FROM a')).toEqual([{ n: 1, m: null }])
    connection.close()
  })

  it.each([
    ['SQLITE_BUSY', 3],
    ['SQLITE_CANTOPEN', 1],
  ])('where a file is new to several processes at once, has its turn: %s', (code, tries) => {
    let calls = 0
    const Refusing = class extends Libsql {
      override pragma(source: string, ...rest: []): unknown {
        if (source.startsWith('journal_mode') && ++calls < 3) throw Object.assign(new Error('no'), { code })
        return super.pragma(source, ...rest)
      }
    } as unknown as typeof Libsql
    if (code === 'SQLITE_BUSY') openConnection(Refusing, path, MIGRATIONS).close()
    else expect(() => openConnection(Refusing, path, MIGRATIONS)).toThrow('no')
    expect(calls).toBe(tries)
  })

  it('undoes a transaction that fails, with those within', () => {
    const connection = openConnection(Libsql, path, MIGRATIONS)
    const work = () => {
      connection.transaction(() => connection.run('DELETE FROM a'))
      throw new Error('no')
    }
    expect(() => connection.transaction(work)).toThrow('no')
    expect(connection.get('SELECT count(*) AS count FROM a')).toMatchObject({ count: 1 })
    connection.close()
  })
})

describe('SqliteDatabase', () => {
  const settings = { folder: '', maxBytes: 1, minFreeBytes: 0, staleAfter: 1, owner: 'me' }
  const open = (file = path) =>
    SqliteDatabase.open<{ usage: (value?: unknown) => unknown }>('file-cache', file, { ...settings, folder })

  it('answers until it is closed', async () => {
    const database = await open()
    expect(await database.call('usage')).toEqual({ bytes: 0, files: 0, pinned: 0, waiting: 0 })
    await database.close()
    await expect(database.call('usage')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  })

  it('refuses what cannot be sent to its thread, and goes on', async () => {
    const database = await open()
    await expect(database.call('usage', () => {})).rejects.toThrow(/could not be cloned/)
    expect(await database.call('usage')).toMatchObject({ files: 0 })
    await database.close()
  })

  it('refuses a newer database', async () => {
    openConnection(Libsql, path, ['SELECT 1', 'SELECT 2', 'SELECT 3']).close()
    await expect(open()).rejects.toMatchObject({
      code: 'DATABASE_NEWER',
      retryable: false,
      message: expect.stringMatching(/a\.sqlite .*version 3.* 1 is the newest/),
    })
  })

  it('names the file that is no database, or not there', async () => {
    await writeFile(path, 'no database, but long enough to be looked at as if it were one'.repeat(100))
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', message: expect.stringContaining(path) })
    await expect(open(join(folder, 'away', 'b'))).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  })
})
