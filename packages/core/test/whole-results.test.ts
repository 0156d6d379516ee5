import { expect, test } from 'vitest'
import { type LostObjects, MemoryRecordStore, MemoryStorage, Outputs, provide, serviceKey } from '../src/index.js'
import { deferred, keysOf, lab, memoryLog, operation, textOf } from './lab.js'

const Small = serviceKey<object>('@test/small/Small@1')

/** A job whose output has a derived object, which is made again as the test says. */
async function world(made: () => string = () => 'small') {
  const [storage, records] = [new MemoryStorage(), new MemoryRecordStore()]
  const restored: string[][] = []
  let runs = 0
  const Op = operation(
    async (run) => {
      runs++
      const outputs = run.use(Outputs)
      const large = await outputs.put('.fits', bytes('large'))
      const small = await outputs.put('-small.jpg', bytes('small'))
      return [outputs.file({ type: 'fits', objects: [large, small], derived: [small] })]
    },
    { requires: [Small] },
  )
  const restore = async (lost: LostObjects) => {
    restored.push([...lost.roles])
    await lost.put('small', bytes(made()), 'image/jpeg')
    return true
  }
  const { log, lines } = memoryLog()
  const parts = { operations: [Op], storage, log, services: [provide(Small, {}, { restore })] }
  const host = lab({ ...parts, records })
  const job = await host.submit(Op, {})
  await job.result()
  const small = `${job.key}/1/${job.key}-small.jpg`
  return { Op, parts, storage, records, host, key: job.key, small, restored, runs: () => runs, lines }
}

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['cut short', async (storage: MemoryStorage, key: string) => void (await storage.put(key, bytes('sma')))],
  ['empty', async (storage: MemoryStorage, key: string) => void (await storage.put(key, bytes('')))],
  ['gone', (storage: MemoryStorage, key: string) => storage.delete(key)],
])('a derived object that is %s is made again, once, and nothing is run', async (_, lose) => {
  const { Op, storage, host, key, small, restored, runs } = await world()
  await lose(storage, small)
  expect(await host.plan(Op, {})).toMatchObject({ cached: true })
  expect(restored).toEqual([])
  await Promise.all([host.submit(Op, {}), host.open(key, 'small'), host.submit(Op, {})])
  expect((await host.submit(Op, {})).cached).toBe(true)
  expect(restored).toEqual([['small']])
  expect(runs()).toBe(1)
  expect(await textOf(storage, small)).toBe('small')
})

test('one that is longer than before when it is made again is as long from then on, for other hosts too', async () => {
  const { Op, parts, storage, records, host, key, small, restored, runs } = await world(() => 'a larger one')
  const elsewhere = lab({ ...parts, records: new MemoryRecordStore() })
  expect((await elsewhere.submit(Op, {})).cached).toBe(true)
  await storage.delete(small)
  for (const one of [host, host, elsewhere, lab({ ...parts, records }), lab(parts)])
    expect((await one.submit(Op, {})).cached).toBe(true)
  expect(restored).toHaveLength(1)
  expect(runs()).toBe(1)
  const sizes = { fits: 5, small: 12 }
  expect(JSON.parse(await textOf(storage, `${key}/record.json`)).output.output_files).toMatchObject([{ sizes }])
  expect((await records.get(key))?.output?.output_files).toMatchObject([{ sizes }])
  await storage.put(small, bytes('small'))
  await host.submit(Op, {})
  expect(restored).toHaveLength(2)
})

test.each([true, false])(
  'a result that was made again just when it was collected is not known (before: %s)',
  async (isKnown) => {
    const at = deferred()
    const { Op, storage, records, host, key, small } = await world(() => {
      at.resolve()
      return 'a larger one'
    })
    if (!isKnown) await records.forget(key, 1)
    await storage.delete(small)
    const put = storage.put.bind(storage)
    storage.put = async (name, body, options) => {
      const info = await put(name, body, options)
      if (name !== small) return info
      storage.put = put
      const collector = lab({ operations: [Op], services: [provide(Small, {})], storage, records })
      await collector.collectGarbage({ resultLife: 0, urlLife: 0 })
      return info
    }
    expect(await host.open(key)).toBeUndefined()
    await at.promise
    expect(await records.get(key)).toBeUndefined()
    expect(await keysOf(storage)).toEqual([`${key}/record.json`])
  },
)

test('one that cannot be made again has the job run again, which is logged', async () => {
  const { Op, storage, host, small, runs, lines } = await world(() => {
    throw new Error('no')
  })
  await storage.delete(small)
  const again = await host.submit(Op, {})
  expect(again.cached).toBe(false)
  await again.result()
  expect(runs()).toBe(2)
  expect(lines.map(({ message }) => message)).toContain('lost objects could not be made again')
})
