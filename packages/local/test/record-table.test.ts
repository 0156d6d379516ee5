import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RecordTable } from '../src/record-table.js'
import type { Connection } from '../src/sqlite-connection.js'
import { recordConnection, TableLab } from './record-lab.js'
import { submission } from './record-samples.js'

const LEASE_MS = 5000
const HOUR_MS = 3600_000
let lab: TableLab

beforeEach(() => {
  lab = new TableLab()
})

afterEach(() => lab.connection.close())

function claim(owner = 'me') {
  return lab.table.claim('k', owner, { leaseMs: LEASE_MS })
}

describe('a lease', () => {
  beforeEach(() => {
    lab.submit('k')
    claim()
  })

  it.each([-24 * HOUR_MS, -1000, 1000, 24 * HOUR_MS])('is as long as it was when the time is set by %i ms', (ms) => {
    lab.now += ms
    expect(claim('other')).toEqual({ waitMs: LEASE_MS })
    lab.pass(LEASE_MS - 1)
    expect(claim('other')).toEqual({ waitMs: 1 })
    lab.now += ms
    lab.pass(1)
    expect(claim('other').lease).toMatchObject({ attempt: 2 })
  })

  it.each([
    ['long after', 10],
    ['just after', 10_000_000],
  ])('is over when the system was started anew, %s', (_, steady) => {
    lab.steady = steady
    expect(claim('other').lease).toMatchObject({ attempt: 2 })
  })

  it('lasts fractions of a millisecond, too', () => {
    for (let i = 1; i < 100; i++) {
      const { lease } = claim()
      if (lease === undefined) throw new Error('no lease')
      lab.pass(i)
      lab.table.renew(lease, 1000 / i)
      expect(claim('other').waitMs).toBeCloseTo(1000 / i, 2)
    }
  })

  it('is known again after it was renewed, for as long as that was', () => {
    const { lease } = claim()
    if (lease === undefined) throw new Error('no lease')
    expect(lab.table.renew(lease, 2 * LEASE_MS)).toBe(true)
    expect(lab.table.update(lease, JSON.stringify({ progress: 0.5 }))).toBe(true)
    expect(claim('other')).toEqual({ waitMs: 2 * LEASE_MS })
    lab.pass(2 * LEASE_MS)
    expect(claim('other').lease?.attempt).toBe(2)
    expect(lab.table.update(lease, JSON.stringify({ progress: 0.6 }))).toBe(false)
  })
})

it('a run that was given back is held back for as long as was asked for when the time is set back', () => {
  lab.submit('k')
  const { lease } = claim()
  if (lease === undefined) throw new Error('no lease')
  lab.table.release(lease, { delayMs: 700 })
  lab.now -= HOUR_MS
  expect(claim('other')).toEqual({ waitMs: 700 })
  lab.pass(700)
  expect(claim('other').lease).toMatchObject({ attempt: 2 })
})

describe('submissions', () => {
  it('stay with a job that has ended', () => {
    lab.submit('k', 'b')
    lab.submit('k', 'a')
    const { lease } = claim()
    if (lease === undefined) throw new Error('no lease')
    lab.table.update(lease, JSON.stringify({ status: 'COMPLETED' }))
    lab.submit('k', 'c')
    expect(lab.table.submissions('k').map((text) => JSON.parse(text))).toEqual(
      ['b', 'a', 'c'].map((id) => submission(id)),
    )
  })

  it('are those of the new attempt alone, once there is one', () => {
    lab.submit('k', '1')
    lab.submit('k', '2')
    lab.table.withdraw('k', '1')
    expect(lab.table.withdraw('k', '2')).toBe(0)
    lab.submit('k', '3')
    expect(lab.table.submissions('k').map((text) => JSON.parse(text).id)).toEqual(['3'])
  })

  it('go with the record', () => {
    lab.submit('k')
    lab.table.withdraw('k', '1')
    lab.submit('k', '2')
    lab.table.withdraw('k', '2')
    expect(lab.table.forget('k', 0)).toBe(true)
    expect(lab.connection.get('SELECT count(*) AS count FROM submissions')).toEqual({ count: 0 })
  })
})

describe('revisions', () => {
  const newest = () => lab.connection.get('SELECT key, revision FROM records ORDER BY revision DESC')

  it('rise with each change of a record, not with a renewal', () => {
    lab.submit('a')
    lab.submit('k')
    const { lease } = claim()
    if (lease === undefined) throw new Error('no lease')
    lab.table.renew(lease, LEASE_MS)
    lab.submit('k', '2')
    expect(newest()).toEqual({ key: 'k', revision: 3 })
    lab.table.withdraw('a', '1')
    expect(newest()).toEqual({ key: 'a', revision: 4 })
  })

  it.each(['forget', 'expire'] as const)('are not given again after %s', (how) => {
    lab.submit('a')
    lab.table.withdraw('a', '1')
    lab.pass(1)
    if (how === 'forget') expect(lab.table.forget('a', 0)).toBe(true)
    else expect(lab.table.expire(lab.now, 10)).toBe(1)
    lab.submit('b')
    expect(newest()).toEqual({ key: 'b', revision: 3 })
  })
})

it('forgets as many old records at once as it should, and no others', () => {
  for (const key of ['a', 'b', 'c', 'd']) lab.submit(key)
  for (const key of ['a', 'b', 'c']) lab.table.withdraw(key, '1')
  lab.pass(10)
  const before = lab.now
  lab.submit('e')
  lab.table.withdraw('e', '1')
  expect([2, 2, 2].map((limit) => lab.table.expire(before, limit))).toEqual([2, 1, 0])
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => lab.get(key)?.status)).toEqual([
    ...[undefined, undefined, undefined],
    ...['PENDING', 'CANCELLED'],
  ])
})

it('keeps what it is told or nothing of it, and says why, when the disk is full', () => {
  lab.submit('k')
  const { lease } = claim()
  if (lease === undefined) throw new Error('no lease')
  const { page_count } = lab.connection.get<{ page_count: number }>('PRAGMA page_count') ?? { page_count: 0 }
  lab.connection.get(`PRAGMA max_page_count = ${page_count + 3}`)
  const fill = () => {
    for (let i = 0; ; i++) lab.submit(`job ${i}`)
  }
  expect(fill).toThrow(expect.objectContaining({ code: 'SQLITE_FULL' }))
  const count = lab.table.list({ after: '', limit: 1000 }).length
  expect(lab.connection.get('SELECT count(*) AS count FROM submissions')).toEqual({ count })
  expect(lab.get('k')?.status).toBe('IN_PROGRESS')
  lab.connection.get('PRAGMA max_page_count = 100000')
  expect(lab.table.update(lease, JSON.stringify({ status: 'COMPLETED' }))).toBe(true)
})

/** A connection that tells what it runs. */
function heard(connection: Connection, tell: (sql: string, values: unknown[]) => void): Connection {
  const telling =
    <Call extends (sql: string, ...values: unknown[]) => unknown>(call: Call) =>
    (sql: string, ...values: unknown[]) => {
      tell(sql, values)
      return call(sql, ...values)
    }
  const { all, get, run } = connection
  return { ...connection, all: telling(all), get: telling(get), run: telling(run) } as Connection
}

it('finds everything by an index', () => {
  const statements: [string, unknown[]][] = []
  const connection = recordConnection()
  const table = new RecordTable(
    heard(connection, (sql, values) => statements.push([sql, values])),
    { now: () => 1, steady: () => 1 },
  )
  table.list({ after: 'a', limit: 10 })
  table.list({ status: 'PENDING', after: 'a', limit: 10 })
  table.get('k')
  table.submissions('k')
  table.claim('k', 'me', { leaseMs: 1 })
  table.expire(1, 10)
  const plans = statements.flatMap(([sql, values]) =>
    connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail),
  )
  connection.close()
  expect(plans.length).toBeGreaterThan(8)
  expect(plans.filter((plan) => /SCAN (?!forgotten)/.test(plan))).toEqual([])
})
