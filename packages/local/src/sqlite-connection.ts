import type Libsql from 'libsql'

/** A row, by its columns. */
type Row = Record<string, string | number | null>

/** A database as a program sees it: what it runs is prepared once. */
export interface Connection {
  /** All rows of a statement. */
  all<Result = Row>(sql: string, ...values: unknown[]): Result[]
  /** The first row of a statement. */
  get<Result = Row>(sql: string, ...values: unknown[]): Result | undefined
  /** Runs a statement, and tells how many rows it changed. */
  run(sql: string, ...values: unknown[]): number
  /** Does work that is written as a whole or not at all, and that nobody else's writing comes between. It may be nested. */
  transaction<Result>(work: () => Result): Result
  close(): void
}

/** How long a statement waits for another process that writes. */
const BUSY_MS = 10_000
/** How soon it is tried again what SQLite does not wait for by itself. */
const AGAIN_MS = 5

/**
 * Opens a database, made where there is none, and brings it up to date.
 *
 * Committed work survives the end of the process; the last of it may be lost when the power fails, never a part of it.
 *
 * @param migrations each makes the database of one version into that of the next; what was released is never changed
 * @throws an error of code NEWER when the file is of a version that is not known here.
 */
export function openConnection(Database: typeof Libsql, path: string, migrations: readonly string[]): Connection {
  const database = new Database(path, { timeout: BUSY_MS } as Libsql.Options)
  try {
    database.pragma('synchronous = NORMAL')
    writeAhead(database)
    database.pragma('foreign_keys = ON')
    const connection = connectionOf(database)
    migrate(database, connection, migrations)
    return connection
  } catch (error) {
    database.close()
    throw error
  }
}

/** Where several processes open a new file at once, SQLite refuses this to all but one instead of letting them wait. */
function writeAhead(database: Libsql.Database): void {
  const end = performance.now() + BUSY_MS
  for (;;) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
}

function connectionOf(database: Libsql.Database): Connection {
  const statements = new Map<string, Libsql.Statement>()
  const prepared = (sql: string) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    all: <Result>(sql: string, ...values: unknown[]) => prepared(sql).all(...values) as Result[],
    get: <Result>(sql: string, ...values: unknown[]) => prepared(sql).all(...values)[0] as Result | undefined,
    run: (sql, ...values) => prepared(sql).run(...values).changes,
    transaction: transactionsOf(database),
    close: () => {
      statements.clear()
      database.close()
    },
  }
}

function transactionsOf(database: Libsql.Database): Connection['transaction'] {
  let isOpen = false
  return (work) => {
    if (isOpen) return work()
    database.exec('BEGIN IMMEDIATE')
    isOpen = true
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      rollBack(database)
      throw error
    } finally {
      isOpen = false
    }
  }
}

/** What failed is what is told: where the disk is full, the database has rolled back by itself, and would say that there is nothing to. */
function rollBack(database: Libsql.Database): void {
  try {
    if (database.inTransaction) database.exec('ROLLBACK')
  } catch {}
}

function migrate(database: Libsql.Database, connection: Connection, migrations: readonly string[]): void {
  if (versionOf(connection) === migrations.length) return
  connection.transaction(() => {
    const version = versionOf(connection)
    if (version > migrations.length) throw newer(version, migrations.length)
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

function versionOf(connection: Connection): number {
  return connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
}

function newer(version: number, known: number): Error {
  return Object.assign(new Error(`it is of version ${version}, and ${known} is the newest known here`), {
    code: 'NEWER',
  })
}
