import assert from 'node:assert/strict'
import { isDataLabError, MemoryRecordStore, MemoryStorage, provide } from '@datalab/core'
import { Images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { describe, expect, test } from 'vitest'
import {
  type FaultKind,
  type FaultOutcome,
  FaultPlan,
  type FinishedRun,
  faults,
  forEveryFault,
  MemorySource,
  memoryImages,
  runOperation,
} from '../src/index.js'

const bytes = (text: string) => new TextEncoder().encode(text)

function storageWith(kind: FaultKind, at = 0) {
  const plan = new FaultPlan({ kind, at })
  const inner = new MemoryStorage()
  return { plan, inner, storage: faults(inner, plan) }
}

test('a plan without a fault counts the calls, those of what is opened included', async () => {
  const plan = new FaultPlan()
  const storage = faults(new MemoryStorage(), plan)
  const records = faults(new MemoryRecordStore(), plan)
  await storage.put('a', bytes('a'))
  const source = await storage.open('a')
  await source?.read(0, new Uint8Array(1))
  await source?.close()
  records.subscribe('k', () => {})()
  await records.get('k')
  expect(storage.reach).toBe('process')
  expect(plan.calls.map(({ service, method }) => `${service}.${method}`)).toEqual([
    'storage.put',
    'storage.open',
    'storage.read',
    'storage.close',
    'records.get',
  ])
  expect(plan.befallen).toBeUndefined()
})

describe('a fault', () => {
  test('fail: nothing is done', async () => {
    const { storage, inner, plan } = storageWith('fail')
    await expect(storage.put('a', bytes('a'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect(await inner.head('a')).toBeUndefined()
    expect(plan.befallen).toEqual({ index: 0, service: 'storage', method: 'put' })
    await storage.put('a', bytes('a'))
    expect(await inner.head('a')).toBeDefined()
  })

  test('lose: it is done, and nobody is told', async () => {
    const { storage, inner, plan } = storageWith('lose')
    await expect(storage.put('a', bytes('a'))).rejects.toSatisfy((error) => error === plan.thrown)
    expect(await inner.head('a')).toBeDefined()
  })

  test('delay: it is late', async () => {
    const { storage } = storageWith('delay')
    const start = performance.now()
    await storage.put('a', bytes('a'))
    expect(performance.now() - start).toBeGreaterThanOrEqual(18)
  })

  test('cut: a body breaks off, and a read ends early', async () => {
    const broken = storageWith('cut')
    await expect(broken.storage.put('a', [bytes('one'), bytes('two')])).rejects.toThrow(/does not answer/)
    expect(await broken.inner.head('a')).toBeUndefined()
    const short = storageWith('cut', 2)
    await short.storage.put('a', bytes('0123456789'))
    const source = await short.storage.open('a')
    expect(await source?.read(0, new Uint8Array(10))).toBe(5)
    expect(await source?.read(0, new Uint8Array(10))).toBe(10)
  })

  test('abort: the signal of the plan', async () => {
    const { storage, inner, plan } = storageWith('abort')
    await storage.put('a', bytes('a'))
    expect(plan.signal.aborted).toBe(true)
    expect(await inner.head('a')).toBeDefined()
  })

  test('fails as it is told to', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    const plan = new FaultPlan({ kind: 'fail', at: 1 }, { error: () => full })
    const source = faults(new MemorySource({ a: bytes('a') }), plan)
    const context = { principal: { id: 'me' } }
    await source.identify({ basename: 'a', source: 'memory' }, context)
    await expect(source.open({ basename: 'a', source: 'memory' }, context)).rejects.toBe(full)
  })
})

describe('every fault of a run', () => {
  const images = memoryImages({ a: [[1, 2]], b: [[3, 4]] })
  const inputs = { input_files: [images.file('a'), images.file('b')] }

  const medianWith = (plan: FaultPlan, isOfRecords = false) => {
    const unless = <Target extends object>(isSound: boolean, target: Target) =>
      isSound ? target : faults(target, plan)
    return runOperation(Median, inputs, [provide(Images, images)], {
      storage: unless(isOfRecords, new MemoryStorage()),
      records: unless(!isOfRecords, new MemoryRecordStore()),
      sources: [unless(isOfRecords, images.source)],
      signal: plan.signal,
      retries: 1,
    })
  }

  const isMeant = (outcome: FaultOutcome<FinishedRun>) => {
    if (outcome.ok) return assert.deepEqual(images.pixels(outcome.result.output.output_files[0]), [[2, 3]])
    assert.ok(isDataLabError(outcome.error), String(outcome.error))
    if (outcome.kind === 'abort') assert.equal(outcome.error.code, 'DATALAB_ABORTED')
  }

  test('of its storage and its source ends in a result, or in an error that is meant', async () => {
    const report = await forEveryFault((plan) => medianWith(plan), isMeant, { delayMs: 5 })
    console.log(`${report.injected} faults in ${report.calls} calls:`, report.byKind)
    expect(report.injected).toBeGreaterThan(80)
    expect(Object.keys(report.byKind)).toEqual(['fail', 'lose', 'delay', 'cut', 'abort'])
  }, 60_000)

  test('of the kinds that are asked for', async () => {
    const report = await forEveryFault((plan) => medianWith(plan, true), isMeant, {
      kinds: ['delay', 'abort'],
      delayMs: 5,
    })
    expect(Object.keys(report.byKind)).toEqual(['delay', 'abort'])
  }, 60_000)

  test('is told by its call, where an outcome may not be', async () => {
    const check = () => assert.fail('it may not')
    await expect(forEveryFault((plan) => medianWith(plan), check)).rejects.toThrow(
      /^With a fault of the kind 'fail' at call 0, \w+\.\w+: it may not$/,
    )
  })

  test('is told, where a run hangs', async () => {
    const hanging = async (plan: FaultPlan) => {
      const storage = faults(new MemoryStorage(), plan)
      await storage.head('a').catch(() => new Promise(() => {}))
    }
    await expect(forEveryFault(hanging, () => {}, { timeoutMs: 50 })).rejects.toThrow(/storage\.head: it hangs/)
  })
})
