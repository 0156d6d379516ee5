import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cachedSource, FileCache } from '../src/index.js'
import type { Connection } from '../src/sqlite-connection.js'
import type { ChildTask } from './cache-child.js'
import { bundled, Child, type Script } from './child-processes.js'
import { indexConnection } from './index-lab.js'
import { randomOf } from './random.js'
import { contentsOf, context, FarSource } from './sources.js'

const MAX = 1_000_000
const SEED = Number(process.env.DATALAB_TEST_SEED ?? 1)
const KILLS = 12
let script: Script
let folder: string
let children: Child[]

beforeAll(async () => {
  script = await bundled('cache-child.ts')
})

afterAll(() => script.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-'))
  children = []
})

afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()))
  await rm(folder, { recursive: true })
})

const options = (staleAfterMs = 30_000) => ({ folder, maxBytes: MAX, chunkBytes: 50_000, staleAfterMs })

function begin(task: Omit<ChildTask, 'cache'>, staleAfterMs?: number): Child {
  const child = new Child(script, { cache: options(staleAfterMs), ...task } satisfies ChildTask)
  children.push(child)
  return child
}

async function start(task: Omit<ChildTask, 'cache'>, staleAfterMs?: number): Promise<Child> {
  const child = begin(task, staleAfterMs)
  expect(await child.said()).toBe('ready')
  return child
}

/** What a child says at last, without what it says on the way. */
async function lastWord(child: Child): Promise<string | undefined> {
  for (;;) {
    const text = await child.said()
    if (text === undefined || !['read', 'opened', 'reserved', 'ran', 'halted'].includes(text)) return text
  }
}

function bytesIn(name: string): number {
  const sizes = readdirSync(join(folder, name)).map((file) =>
    statSync(join(folder, name, file), { throwIfNoEntry: false }),
  )
  return sizes.reduce((sum, stats) => sum + (stats?.size ?? 0), 0)
}

/** What the files take up, in a moment in which nobody may make, name or delete one. */
function sampled(connection: Connection): number {
  return connection.transaction(() => {
    const { bytes } = connection.get<{ bytes: number }>('SELECT coalesce(sum(size), 0) AS bytes FROM files') ?? {
      bytes: 0,
    }
    const present = bytesIn('cached') + bytesIn('loading')
    expect(bytes).toBeLessThanOrEqual(MAX)
    expect(present).toBeLessThanOrEqual(bytes)
    return present
  })
}

/** Opens the cache anew, and holds all it has against the files it should have. */
async function inspect(files: Record<string, number>): Promise<{ cached: number }> {
  const cache = new FileCache(options())
  const usage = await cache.usage()
  expect(usage).toMatchObject({ pinned: 0, waiting: 0 })
  expect(readdirSync(join(folder, 'loading'))).toEqual([])
  expect(readdirSync(join(folder, 'cached'))).toHaveLength(usage.files)
  expect(bytesIn('cached')).toBe(usage.bytes)
  const far = new FarSource()
  const source = cachedSource(far, cache)
  let cached = 0
  for (const [name, size] of Object.entries(files)) {
    const reads = far.reads
    const opened = await source.open(far.add(name, size), context)
    expect(Buffer.compare(await contentsOf(opened), far.bytesOf({ source: 'far', basename: name }))).toBe(0)
    await opened.close()
    if (far.reads === reads) cached++
  }
  await cache.close()
  return { cached }
}

describe('FileCache in several processes', () => {
  it('downloads a file once', { timeout: 30_000 }, async () => {
    const task = { work: 'once', files: { a: 300_000 } } as const
    const started = await Promise.all(Array.from({ length: 6 }, () => start(task)))
    for (const child of started) child.go()
    const words = await Promise.all(started.map(lastWord))
    expect(words.sort()).toEqual([...Array(5).fill('read 0'), 'read 6'])
  })

  it('lets runs that want most of it go one after the other', { timeout: 30_000 }, async () => {
    const filesOf = (run: string) => Object.fromEntries([1, 2, 3].map((i) => [`${run}${i}`, 200_000]))
    const runs = await Promise.all(['a', 'b', 'c'].map((run) => start({ work: 'runs', files: filesOf(run), times: 5 })))
    for (const child of runs) child.go()
    expect(await Promise.all(runs.map(lastWord))).toEqual(['done', 'done', 'done'])
    await inspect(filesOf('a'))
  })

  it('survives being killed at any moment', { timeout: 60_000 }, async () => {
    const random = randomOf(SEED)
    const files = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`file${i}`, 20_000 + random(300_000)]))
    await new FileCache(options()).usage()
    const connection = indexConnection(join(folder, 'index.sqlite'))
    let [kills, samples, most] = [0, 0, 0]
    const live = async (): Promise<string | undefined> => {
      const child = begin({ work: 'random', files, seed: random(1e6), times: 15 })
      for (;;) {
        const text = await child.said()
        if (text === undefined || text === 'done' || text.startsWith('failed')) return text
        samples++
        most = Math.max(most, sampled(connection))
        if (kills === KILLS || random(20) > 0) continue
        kills++
        await child.kill()
        return live()
      }
    }
    const words = await Promise.all(Array.from({ length: 6 }, live))
    connection.close()
    expect(words).toEqual(Array(6).fill('done'))
    expect({ kills, isUsed: most > MAX / 2 }).toEqual({ kills: KILLS, isUsed: true })
    expect((await inspect(files)).cached).toBeGreaterThan(0)
    expect(samples).toBeGreaterThan(200)
  })

  it('takes over from who was killed while others wait', { timeout: 30_000 }, async () => {
    const files = { a: 300_000 }
    const loader = await start({ work: 'halt', files, haltAt: 3 })
    loader.go()
    while ((await loader.said()) !== 'halted');
    const waiter = await start({ work: 'once', files })
    waiter.go()
    await loader.kill()
    expect(await lastWord(waiter)).toBe('read 6')
    await inspect(files)
  })

  it('ends with its process, whatever is going on', { timeout: 30_000 }, async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}`, 20_000]))
    const ends = await Promise.all(
      Array.from({ length: 8 }, async (_, seed) => {
        const child = await start({ work: 'exit', files, seed })
        child.go()
        return child.ended()
      }),
    )
    expect(ends).toEqual(Array(8).fill(0))
    await inspect(files)
  })
})

describe('a download that was stopped', () => {
  const files = { a: 300_000 }

  /** Stops a child in the midst of a download, does something, and lets it go on. */
  async function late(
    haltAt: number,
    meanwhile: (source: ReturnType<typeof cachedSource>, far: FarSource) => Promise<void>,
  ) {
    const child = await start({ work: 'halt', files, haltAt }, 500)
    child.go()
    while ((await child.said()) !== 'halted');
    child.stop()
    const [cache, far] = [new FileCache(options(500)), new FarSource()]
    const connection = indexConnection(join(folder, 'index.sqlite'))
    await meanwhile(cachedSource(far, cache), far)
    sampled(connection)
    child.continue()
    child.go()
    const word = await lastWord(child)
    sampled(connection)
    connection.close()
    await cache.close()
    return word
  }

  it.each([2, 6])(
    'at read %i is taken over, and harms nothing when it goes on',
    { timeout: 30_000 },
    async (haltAt) => {
      const word = await late(haltAt, async (source, far) => {
        const opened = await source.open(far.add('a', 300_000), context)
        expect(opened.path).toBeDefined()
        await opened.close()
      })
      expect(word).toBe('done')
      expect(await inspect(files)).toEqual({ cached: 1 })
    },
  )

  it('is loaded anew when the file was deleted meanwhile', { timeout: 30_000 }, async () => {
    const word = await late(4, async (source, far) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await (await source.open(far.add(name, 300_000), context)).close()
      expect(await source.cache.usage()).toMatchObject({ bytes: 900_000 })
    })
    expect(word).toBe('done')
    expect(await inspect(files)).toEqual({ cached: 1 })
  })

  it('is waited for where it goes on in time', { timeout: 30_000 }, async () => {
    const child = await start({ work: 'halt', files, haltAt: 2 })
    child.go()
    while ((await child.said()) !== 'halted');
    child.stop()
    const waiter = await start({ work: 'once', files })
    waiter.go()
    child.continue()
    child.go()
    expect(await Promise.all([child, waiter].map(lastWord))).toEqual(['done', 'read 0'])
  })
})
