import { expect, test } from 'vitest'
import { DataLabError, MemoryRecordStore, type RecordStore } from '../src/index.js'
import { steadyRecords } from '../src/steady-records.js'
import { rejection } from './lab.js'
import { draft, submission } from './records.js'

/** A store that fails so often, before it has done what it was asked or after. */
function failing(times: number, when: 'before' | 'after', error: unknown = new Error('down')) {
  const records = new MemoryRecordStore()
  let calls = 0
  const submit = records.submit.bind(records)
  records.submit = async (...parameters) => {
    const isFailing = ++calls <= times
    if (isFailing && when === 'before') throw error
    const answer = await submit(...parameters)
    if (isFailing) throw error
    return answer
  }
  return { records, calls: () => calls }
}

test.each(['before', 'after'] as const)('a call that fails %s it is done is made again', async (when) => {
  const { records, calls } = failing(2, when)
  const steady = steadyRecords(records)
  expect(await steady.submit(draft(), submission())).toMatchObject({ record: { status: 'PENDING' } })
  expect(await steady.submissions('k')).toHaveLength(1)
  expect(calls()).toBe(3)
})

test('a store that does not answer is named, and can be asked again later', async () => {
  const { records } = failing(100, 'before')
  expect(await rejection(steadyRecords(records).submit(draft(), submission()))).toMatchObject({
    code: 'DATALAB_RECORDS_UNAVAILABLE',
    retryable: true,
    message: 'The store of records does not answer now. Try again later.',
    cause: { message: 'down' },
  })
})

test('what trying again cannot help against is thrown at once', async () => {
  const { records, calls } = failing(100, 'before', new DataLabError('DATABASE_NEWER', 'newer'))
  expect(await rejection(steadyRecords(records).submit(draft(), submission()))).toMatchObject({
    code: 'DATABASE_NEWER',
  })
  expect(calls()).toBe(1)
})

test('hands over everything else', async () => {
  const records = new MemoryRecordStore()
  const steady = steadyRecords(records)
  const seen: string[] = []
  const stop = steady.subscribe('k', ({ status }) => seen.push(status))
  await steady.submit(draft(), submission('s'))
  const { lease } = await steady.claim('k', 'me', { leaseMs: 5000 })
  if (lease === undefined) throw new Error('no lease')
  expect(await steady.renew(lease, 5000)).toBe(true)
  expect(await steady.release(lease, { delayMs: 0 })).toBe(true)
  const again = (await steady.claim('k', 'you', { leaseMs: 5000 })).lease
  expect(again && (await steady.update(again, { status: 'COMPLETED' }))).toBe(true)
  stop()
  expect(seen).toEqual(['PENDING', 'IN_PROGRESS', 'PENDING', 'IN_PROGRESS', 'COMPLETED'])
  expect((await steady.list({ status: 'COMPLETED' })).records).toHaveLength(1)
  expect(await steady.get('k')).toBe(await records.get('k'))
  expect(await steady.withdraw('k', 'nobody')).toBe(1)
  const record = await steady.get('k')
  expect(record && (await steady.adopt(record))).toBe(record)
  expect(await steady.forget('k', 2)).toBe(true)
  expect(await steady.expire(new Date())).toBe(0)
  await steady.close?.()
})

test('a store that hangs is not waited for', async () => {
  const records: RecordStore = new MemoryRecordStore()
  records.get = () => new Promise(() => {})
  records.close = () => new Promise(() => {})
  const steady = steadyRecords(records, 5)
  const unavailable = { code: 'DATALAB_RECORDS_UNAVAILABLE', cause: { message: 'no answer within 5 milliseconds' } }
  expect(await rejection(steady.get('k'))).toMatchObject(unavailable)
  expect(await rejection(steady.close?.() as Promise<void>)).toMatchObject(unavailable)
})
