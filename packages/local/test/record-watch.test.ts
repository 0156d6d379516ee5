import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordOf } from '../src/record-texts.js'
import { type RecordEvent, RecordWatch } from '../src/record-watch.js'
import { TableLab } from './record-lab.js'

let folder: string
let mine: TableLab
let other: TableLab
let events: RecordEvent[]
let watch: RecordWatch
let isBroken: boolean

beforeEach(async () => {
  vi.useFakeTimers()
  folder = await mkdtemp(join(tmpdir(), 'watch-'))
  mine = new TableLab(join(folder, 'records.sqlite'))
  other = new TableLab(join(folder, 'records.sqlite'))
  events = []
  isBroken = false
  const { connection } = mine
  const all: typeof connection.all = (sql, ...values) => {
    if (isBroken) throw new Error('it does not answer now')
    return connection.all(sql, ...values)
  }
  const tell = (event: RecordEvent) => events.push(event)
  watch = new RecordWatch({ ...connection, all }, tell, (work) => work())
})

afterEach(async () => {
  watch.close()
  mine.connection.close()
  other.connection.close()
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

/** What was told: keys and messages of records. */
function told(): string[] {
  return events.flatMap(({ news }) =>
    news.map(({ key, record }) => [key, recordOf(record, {}).message ?? recordOf(record, {}).status].join(' ')),
  )
}

/** What a part of a record is about. */
function nameOf(part: string): string | undefined {
  return Object.keys(JSON.parse(part))[0]
}

const tick = () => vi.advanceTimersByTime(50)

describe('a watch', () => {
  it('tells what others change, in order, within 50 ms', () => {
    watch.add(['a', 'b'], false)
    other.submit('b')
    other.submit('a')
    other.submit('c')
    expect(events).toEqual([])
    tick()
    expect(told()).toEqual(['b PENDING', 'a PENDING'])
    watch.heard()
    other.table.withdraw('b', '1')
    tick()
    tick()
    expect(told()).toEqual(['b PENDING', 'a PENDING', 'b cancelled'])
  })

  it('tells nothing of what was before, nor of what only others are told of', () => {
    other.submit('a')
    watch.add(['a'], false)
    other.submit('b')
    watch.add(['b'], false)
    tick()
    expect(told()).toEqual([])
  })

  it('tells how things stand, where it could not be made in time', () => {
    other.submit('a')
    watch.add(['a', 'b'], true)
    expect(told()).toEqual(['a PENDING'])
    tick()
    expect(told()).toHaveLength(1)
  })

  it('tells at once what it is told to look for', () => {
    watch.add(['a'], false)
    mine.submit('a')
    watch.look()
    mine.table.claim('a', 'me', { leaseMs: 1000 })
    watch.look()
    watch.look()
    expect(told()).toEqual(['a PENDING', 'a IN_PROGRESS'])
  })

  it('waits until it was heard, and then tells of the last', () => {
    watch.add(['a'], false)
    other.submit('a')
    tick()
    const { lease } = other.table.claim('a', 'me', { leaseMs: 1000 })
    if (lease === undefined) throw new Error('no lease')
    for (let i = 0; i < 10; i++) {
      other.table.update(lease, JSON.stringify({ message: `step ${i}` }))
      tick()
    }
    expect(told()).toEqual(['a PENDING'])
    watch.heard()
    tick()
    expect(told()).toEqual(['a PENDING', 'a step 9'])
  })

  it('looks again after a look that failed', () => {
    watch.add(['a'], false)
    other.submit('a')
    isBroken = true
    tick()
    isBroken = false
    tick()
    expect(told()).toEqual(['a PENDING'])
  })

  it('tells of a record that was forgotten and is there again', () => {
    other.submit('a')
    other.table.withdraw('a', '1')
    watch.add(['a'], false)
    other.table.forget('a', 0)
    tick()
    other.submit('a')
    tick()
    expect(told()).toEqual(['a PENDING'])
  })

  it('tells each part of a record when it has changed, and to those who come later', () => {
    const told = () => events.splice(0).flatMap(({ news }) => news.map(({ parts }) => parts.map(nameOf)))
    watch.add(['a'], false)
    mine.submit('a')
    watch.look()
    const { lease } = mine.table.claim('a', 'me', { leaseMs: 1000 })
    if (lease === undefined) throw new Error('no lease')
    const changes = [{ progress: 0.5 }, { output: { output_data: [{}] } }, { progress: 0.7 }]
    for (const change of changes) {
      mine.table.update(lease, JSON.stringify(change))
      watch.look()
    }
    expect(told()).toEqual([['inputs'], [], ['output'], []])
    watch.add(['a'], false)
    mine.table.update(lease, JSON.stringify({ progress: 0.8 }))
    watch.look()
    expect(told()).toEqual([['inputs', 'output']])
  })

  it('tells parts again that could not be told', () => {
    watch.add(['a', 'b'], false)
    mine.submit('a')
    mine.submit('b')
    isBroken = true
    expect(() => watch.look()).toThrow()
    isBroken = false
    watch.look()
    expect(events.flatMap(({ news }) => news.map(({ parts }) => parts.length))).toEqual([1, 1])
  })

  it('does nothing while nobody listens', () => {
    watch.add(['a', 'b'], false)
    watch.remove('a')
    other.submit('a')
    tick()
    expect([told(), vi.getTimerCount()]).toEqual([[], 1])
    watch.remove('b')
    expect(vi.getTimerCount()).toBe(0)
    mine.submit('b')
    watch.look()
    watch.add(['b'], false)
    tick()
    expect(told()).toEqual([])
    expect(vi.getTimerCount()).toBe(1)
  })
})
