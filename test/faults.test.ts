import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  createDataLab,
  type DataLab,
  DataLabError,
  isDataLabError,
  MemoryRecordStore,
  MemoryStorage,
  type Output,
  readAll,
} from '@datalab/core'
import { encodeImage, readImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import {
  type FaultCall,
  type FaultKind,
  type FaultOutcome,
  type FaultPlan,
  faults,
  forEveryFault,
  MemorySource,
} from '@datalab/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const source = new MemorySource()
for (const [name, level] of Object.entries({ a: 1, b: 5, c: 2 })) source.set(name, frame(level))
const inputs = { input_files: ['a', 'b', 'c'].map((name) => source.file(name)) }

function frame(level: number): Uint8Array {
  const data = new Float32Array(8 * 6).map((_, pixel) => level + pixel)
  return Buffer.concat([...encodeImage({ data, width: 8, height: 6 })])
}

/** Where a host keeps what it has, which outlives it. */
class World {
  readonly storage = new MemoryStorage()
  /** Milliseconds by which the clock of the record store is off. */
  offset = 0
  readonly records = new MemoryRecordStore({ now: () => Date.now() + this.offset })

  host(plan?: FaultPlan): DataLab {
    const befallen = <Part extends object>(part: Part) => (plan === undefined ? part : faults(part, plan))
    return createDataLab({
      operations: [Median],
      services: [images()],
      sources: [befallen(source)],
      storage: befallen(this.storage),
      records: befallen(this.records),
      leaseMs: 100,
      retry: { minDelayMs: 1, maxDelayMs: 2 },
    })
  }
}

interface Ended {
  readonly world: World
  readonly output: Output
}

let world: World

/** One job, on a host on which a fault befalls one call. */
async function run(plan: FaultPlan, onAbort: 'cancel' | number = 'cancel'): Promise<Ended> {
  world = new World()
  const host = world.host(plan)
  const jump = () => {
    world.offset = Number(onAbort)
  }
  if (onAbort !== 'cancel') plan.signal.addEventListener('abort', jump)
  try {
    const job = await host.submit(Median, inputs)
    const cancel = () => void job.cancel().catch(() => {})
    if (onAbort === 'cancel') plan.signal.addEventListener('abort', cancel)
    if (onAbort === 'cancel' && plan.signal.aborted) cancel()
    return { world, output: await job.result() }
  } finally {
    await host.close()
  }
}

/** Whatever befell: a result that is right, or an error that is one of the table's; and a world in which the job can be done. */
async function check(outcome: FaultOutcome<Ended>, codes: readonly string[]): Promise<void> {
  if (!outcome.ok) assert.ok(isDataLabError(outcome.error, ...codes), String(outcome.error))
  const host = world.host()
  const job = await host.submit(Median, inputs)
  const { output_files = [] } = await job.result()
  const fits = await host.open(output_files[0]?.basename ?? '')
  assert.ok(fits)
  const { data } = await readImage(await readAll(fits, { limit: 100_000 }))
  assert.deepEqual(Array.from(data.subarray(0, 3) as Float32Array), [2, 3, 4])
  if (outcome.ok) assert.deepEqual(namesIn(outcome.result.output), namesIn({ output_files }))
  await host.collectGarbage({ urlLife: 0 })
  const { objects } = await world.storage.list('')
  const files = ['.fits', '-large.jpg', '-small.jpg'].length
  assert.equal(objects.length, files + 1, `left behind: ${objects.map(({ key }) => key).join(', ')}`)
  await host.close()
}

function namesIn({ output_files = [] }: Output): unknown {
  return output_files.map(({ basename, type }) => [basename, type])
}

const rejections: unknown[] = []
const see = (error: unknown) => void rejections.push(error)
beforeEach(() => void process.on('unhandledRejection', see))
afterEach(async () => {
  await new Promise<void>((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', see)
  expect(rejections.splice(0)).toEqual([])
})

const PASSING = ['STORAGE_UNAVAILABLE', 'SOURCE_UNAVAILABLE', 'DATALAB_RECORDS_UNAVAILABLE']

describe('a fault at every call of storage, record store and source', { timeout: 300_000 }, () => {
  test.each<[FaultKind, readonly string[]]>([
    ['fail', PASSING],
    ['lose', PASSING],
    ['delay', []],
    ['cut', [...PASSING, 'DATALAB_SOURCE_SHORT', 'FITS_TRUNCATED', 'SOURCE_CHANGED', 'DATALAB_INTERNAL']],
    ['abort', ['DATALAB_ABORTED']],
  ])('%s: ends in a result or a row of the table, and stops nothing', async (kind, codes) => {
    const report = await forEveryFault(run, (outcome) => check(outcome, codes), { kinds: [kind], delayMs: 30 })
    console.log(`${kind}: ${report.injected} faults in ${report.calls} calls`)
    expect(report.injected).toBeGreaterThan(kind === 'cut' ? 10 : 40)
  })

  test('a storage that is full says so', async () => {
    const full = new DataLabError('STORAGE_FULL', 'There is no room left.', { audience: 'user' })
    const down = new DataLabError('SOURCE_UNAVAILABLE', 'It does not answer.', { audience: 'user', retryable: true })
    const error = ({ service }: FaultCall) => (service === 'storage' ? full : down)
    const codes = [...PASSING, 'STORAGE_FULL']
    const report = await forEveryFault(run, (outcome) => check(outcome, codes), { kinds: ['fail'], error })
    console.log(`full: ${report.injected} faults in ${report.calls} calls`)
    expect(report.injected).toBeGreaterThan(40)
  })

  test.each([
    ['forward', 3600_000],
    ['back', -3600_000],
  ])('a clock that jumps an hour %s', async (_, offset) => {
    const jump = (plan: FaultPlan) => run(plan, offset)
    const report = await forEveryFault(jump, (outcome) => check(outcome, []), { kinds: ['abort'] })
    console.log(`clock: ${report.injected} jumps in ${report.calls} calls`)
    expect(report.injected).toBeGreaterThan(40)
  })
})

test('the codes above are in the table', () => {
  const table = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  for (const code of [...PASSING, 'STORAGE_FULL', 'DATALAB_ABORTED', 'DATALAB_SOURCE_SHORT'])
    expect(table).toContain(`\`${code}\``)
})
