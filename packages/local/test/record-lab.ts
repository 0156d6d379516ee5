import type { StoredRecord } from '@datalab/core'
import Libsql from 'libsql'
import { RECORD_MIGRATIONS } from '../src/record-schema.js'
import { RecordTable } from '../src/record-table.js'
import { recordFrom } from '../src/record-texts.js'
import { type Connection, openConnection } from '../src/sqlite-connection.js'
import { draft, submission } from './record-samples.js'

/** The database of a record store; in memory where no path is given. */
export function recordConnection(path = ':memory:'): Connection {
  return openConnection(Libsql, path, RECORD_MIGRATIONS)
}

/** A table of records whose clocks go as the test says. */
export class TableLab {
  readonly connection: Connection
  readonly table: RecordTable
  now = Date.UTC(2026, 0, 1)
  steady = 1_000_000

  constructor(path?: string) {
    this.connection = recordConnection(path)
    this.table = new RecordTable(this.connection, { now: () => this.now, steady: () => this.steady })
  }

  pass(ms: number): void {
    this.now += ms
    this.steady += ms
  }

  submit(key: string, id = '1', outdated = 0) {
    return this.table.submit(JSON.stringify(draft(key)), JSON.stringify(submission(id)), outdated)
  }

  get(key: string): StoredRecord | undefined {
    const text = this.table.get(key)
    return text === undefined ? undefined : recordFrom(text)
  }
}
