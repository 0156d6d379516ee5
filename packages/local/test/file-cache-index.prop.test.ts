import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { FileCacheIndex } from '../src/file-cache-index.js'
import { indexConnection, MemoryFolder } from './index-lab.js'
import { IndexModel } from './index-model.js'

const MAX = 100
const MIN_FREE = 20
const SIZES = [10, 20, 30, 40, 55, 70, 0]

const id = fc.integer({ min: 0, max: 5 }).map(String)
const key = fc.integer({ min: 0, max: SIZES.length - 1 }).map(String)
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 3 })
/** Which of those that there are is meant. */
const which = fc.nat(20)
const owner = fc.integer({ min: 0, max: 2 }).map(String)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pin' as const), id, keys, queue: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('load' as const), which, by: id }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('finish' as const), which, written: fc.constantFrom(1, 1, 1, 0.5) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unpin' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('damage' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reconcile' as const }) },
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const ownerOf = (name: string) => `${Number(name) % 3}`
const sizeOf = (name: string) => SIZES[Number(name)] ?? 0
const connection = indexConnection()
afterAll(() => connection.close())

function setUp(disk: number) {
  for (const table of ['pins', 'waiting', 'owners', 'files']) connection.run(`DELETE FROM ${table}`)
  const folder = new MemoryFolder(disk)
  let tokens = 0
  const surroundings = { now: () => 0, newToken: () => `${tokens++}` }
  const settings = { maxBytes: MAX, minFreeBytes: MIN_FREE, staleAfter: 30 }
  const index = new FileCacheIndex(connection, folder, settings, surroundings)
  return { folder, index, model: new IndexModel(MAX, disk - MIN_FREE) }
}

function take({ folder, index, model }: ReturnType<typeof setUp>, one: Step): void {
  if (one.do === 'pin') {
    if (model.hasPins(one.id)) return
    const files = one.keys.map((name) => ({ key: name, size: sizeOf(name) }))
    const answer = index.pin({ id: one.id, owner: ownerOf(one.id), queue: one.queue }, files)
    expect(answer.is).toBe(model.pin(one.id, ownerOf(one.id), one.queue, files))
  } else if (one.do === 'load') {
    const pins = connection.all<{ id: string; key: string }>('SELECT id, key FROM pins ORDER BY id, key')
    // Now and then, one that has no pin asks.
    const pin = pins[one.which % (pins.length + 1)] ?? { id: one.by, key: '0' }
    expect(index.load(pin.id, pin.key, ownerOf(pin.id)).is).toBe(model.load(pin.id, pin.key, ownerOf(pin.id)))
  } else if (one.do === 'finish') {
    const { key, token } = loadingOf(one.which)
    const written = sizeOf(key) * one.written
    if (folder.loading.has(token)) folder.loading.set(token, written)
    expect(index.finish(key, token)).toBe(model.finish(key, written === sizeOf(key)))
  } else if (one.do === 'fail') {
    const { key, token } = loadingOf(one.which)
    index.fail(key, token)
    model.fail(key)
  } else if (one.do === 'unpin') {
    index.unpin([one.id])
    model.unpin(one.id)
  } else if (one.do === 'drop') {
    index.drop([one.owner])
    model.drop(one.owner)
  } else if (one.do === 'damage') {
    if (folder.cached.has(one.key)) folder.cached.set(one.key, sizeOf(one.key) - 0.01)
    model.damage(one.key)
  } else {
    index.reconcile()
    model.reconcile()
  }
}

/** One of the files that are being loaded; where there is none, one that is not. */
function loadingOf(number: number): { key: string; token: string } {
  const loading = connection.all<{ key: string; token: string }>(
    `SELECT key, token FROM files WHERE state = 'loading' ORDER BY key`,
  )
  return loading[number % Math.max(1, loading.length)] ?? { key: '0', token: 'none' }
}

it('does what a simple model does, and never holds more than it may', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.array(step, { minLength: 10, maxLength: 60 }), (disk, steps) => {
      const lab = setUp(disk)
      for (const one of steps) {
        take(lab, one)
        const { bytes, pinned, waiting } = lab.index.usage()
        expect({ bytes, pinned, waiting }).toEqual(lab.model.usage())
        const order = connection.all<{ key: string }>(`SELECT key FROM files WHERE state = 'ready' ORDER BY used`)
        expect(order.map((row) => row.key)).toEqual(lab.model.readyByUse())
        expect(bytes).toBeLessThanOrEqual(MAX)
        expect(lab.folder.bytes).toBeLessThanOrEqual(bytes)
        expect(lab.folder.bytes <= 0 || lab.folder.free() >= MIN_FREE).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})
