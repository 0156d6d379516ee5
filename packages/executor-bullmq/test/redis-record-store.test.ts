import { testRecordStore } from '@datalab/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RedisRecordStore } from '../src/index.js'
import { RedisLink } from '../src/redis-link.js'
import { claim, draft, submission } from './record-samples.js'
import { hasRedis, TestRedis } from './redis-server.js'

const redis = TestRedis.use()
const stores: RedisRecordStore[] = []
let count = 0
let prefix = ''

afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())))

/** A store of the prefix of this test. */
function open(): RedisRecordStore {
  const store = new RedisRecordStore({ redis: redis.url, prefix })
  stores.push(store)
  return store
}

function openNew(): RedisRecordStore {
  prefix = `test-${count++}`
  return open()
}

/** The keys that are there. */
function keys(): Promise<string[]> {
  return redis.with(async (client) => (await client.keys(`${prefix}:*`)).sort())
}

describe.skipIf(!hasRedis)('with a real Redis', () => {
  testRecordStore(
    { describe, it },
    {
      name: 'RedisRecordStore',
      create: () => new RedisRecordStore({ redis: redis.url, prefix: `suite-${count++}` }),
      hasOwnClock: true,
    },
  )

  describe('several stores', () => {
    it('agree on who begins an attempt and who gets the lease, whoever comes at the same time', async () => {
      const all = [openNew(), open(), open(), open()]
      const ids = Array.from({ length: 100 }, (_, index) => index)
      const storeOf = (index: number) => all[index % all.length]!
      const answers = await Promise.all(ids.map((index) => storeOf(index).submit(draft('k'), submission(`${index}`))))
      expect(answers.filter(({ begun }) => begun)).toHaveLength(1)
      expect(await open().submissions('k')).toHaveLength(100)
      const claims = await Promise.all(ids.map((index) => storeOf(index).claim('k', `${index}`, { leaseMs: 60_000 })))
      expect(claims.flatMap(({ lease }) => lease ?? [])).toHaveLength(1)
    })

    it('hear of what others change', async () => {
      const [one, other] = [openNew(), open()]
      const heard: string[] = []
      one.subscribe('k', ({ status, progress }) => heard.push(`${status} ${progress}`))
      // It is answered after what the subscription asks: from here on, changes are news.
      await one.get('k')
      await other.submit(draft('k'), submission('1'))
      await vi.waitFor(() => expect(heard).toEqual(['PENDING 0']))
      const lease = await claim(other, 'k', 60_000)
      await other.update(lease, { progress: 0.5 })
      await other.update(lease, { status: 'COMPLETED', progress: 1 })
      await vi.waitFor(() => expect(heard.at(-1)).toBe('COMPLETED 1'))
      expect(heard).toEqual(['PENDING 0', 'IN_PROGRESS 0', 'IN_PROGRESS 0.5', 'COMPLETED 1'])
    })

    it('keep nothing of what is forgotten', async () => {
      const store = openNew()
      for (const key of ['a', 'b']) {
        await store.submit(draft(key), submission(key))
        await store.update(await claim(store, key, 60_000), { status: 'COMPLETED' })
      }
      await store.forget('a', 1)
      expect(await store.expire(new Date(Date.now() + 60_000))).toBe(1)
      expect(await keys()).toEqual([`${prefix}:revision`])
    })
  })

  it('gives a record back to the last sign, and keeps empty lists as lists', async () => {
    const store = openNew()
    await store.submit(draft('k'), submission('1'))
    const lease = await claim(store, 'k', 60_000)
    const output = { output_data: [{ a: [], b: {}, c: 1e300, d: 0.1, e: 'ä"\u0000' }] }
    await store.update(lease, { warnings: ['\ud83d\ude00'], output })
    expect(await open().get('k')).toMatchObject({ output, warnings: ['\ud83d\ude00'], history: [] })
  })

  it('tells a record that waits for what, where workers are known and none has it', async () => {
    const store = openNew()
    await store.submit(draft('k'), submission('1'))
    expect((await store.get('k'))?.message).toBeNull()
    await redis.with((client) => client.zadd(`${prefix}:offers`, '+inf', ''))
    const waiting = 'Waiting for a worker that has Test (@test/op, revision 1): none is running now.'
    expect((await store.get('k'))?.message).toBe(waiting)
    await redis.with((client) => client.zadd(`${prefix}:offers`, Date.now() + 60_000, '@test/op@1'))
    expect((await store.get('k'))?.message).toBeNull()
    await redis.with((client) => client.zadd(`${prefix}:offers`, Date.now() - 1, '@test/op@1'))
    expect((await store.get('k'))?.message).toBe(waiting)
    await claim(store, 'k', 60_000)
    expect((await store.get('k'))?.message).toBeNull()
  })

  it('asks Redis once for each change by whoever has the lease, and loses nothing that others have changed', async () => {
    const [store, other] = [openNew(), open()]
    await store.submit(draft('k'), submission('1'))
    const lease = await claim(store, 'k', 60_000)
    const scripts = () =>
      redis.with(async (client) => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]))
    const before = await scripts()
    await store.update(lease, { progress: 0.1 })
    await store.renew(lease, 60_000)
    await store.update(lease, { progress: 0.2 })
    expect((await scripts()) - before).toBe(3)
    await other.submit(draft('k'), submission('2'))
    expect(await store.update(lease, { progress: 0.3 })).toBe(true)
    expect(await other.submissions('k')).toHaveLength(2)
    await other.withdraw('k', '1')
    await other.withdraw('k', '2')
    expect(await store.update(lease, { progress: 0.4 })).toBe(false)
    expect(await other.get('k')).toMatchObject({ status: 'CANCELLED', progress: 0.3 })
  })

  it('waits for its turn as long as others are answered', async () => {
    const link = new RedisLink(redis.url)
    const answers = await Promise.all(Array.from({ length: 8 }, () => link.use((client) => client.blpop('none', 0.5))))
    expect(answers).toEqual(Array(8).fill(null))
    await link.close()
  })

  describe('a Redis that goes away', () => {
    it('and has lost what came last does not have it written over what comes after it', async () => {
      const [holder, other] = [openNew(), open()]
      await holder.submit(draft('k'), submission('1'))
      const lease = await claim(holder, 'k', 300)
      await redis.with(async (client) => {
        const [job, revision] = [await client.hgetall(`${prefix}:job:k`), await client.get(`${prefix}:revision`)]
        await holder.update(lease, { progress: 0.5 })
        await client.multi().hset(`${prefix}:job:k`, job).set(`${prefix}:revision`, revision!).exec()
      })
      await redis.kill()
      await redis.start()
      await vi.waitFor(() => claim(other, 'k', 60_000, 'other'), { timeout: 10_000 })
      await vi.waitFor(() => holder.get('k'), { timeout: 10_000 })
      expect(await holder.update(lease, { status: 'COMPLETED' })).toBe(false)
      expect(await other.get('k')).toMatchObject({ status: 'IN_PROGRESS', attempt: 2 })
    })

    it('makes calls fail within seconds, and is used again when it is back, with all it knew', async () => {
      const [store, other] = [openNew(), open()]
      const heard: string[] = []
      store.subscribe('k', ({ status }) => heard.push(status))
      await store.submit(draft('k'), submission('1'))
      await redis.kill()
      const start = performance.now()
      const failure = { code: 'REDIS_UNAVAILABLE', retryable: true, message: expect.stringContaining('127.0.0.1') }
      await expect(store.get('k')).rejects.toMatchObject(failure)
      await expect(store.submit(draft('other'), submission('1'))).rejects.toMatchObject(failure)
      expect(performance.now() - start).toBeLessThan(10_000)
      await redis.start()
      await vi.waitFor(async () => expect((await store.get('k'))?.status).toBe('PENDING'), { timeout: 10_000 })
      await vi.waitFor(() => claim(other, 'k', 60_000), { timeout: 10_000 })
      await vi.waitFor(() => expect(heard).toEqual(['PENDING', 'IN_PROGRESS']), { timeout: 10_000 })
    })

    it('leaves those who hold a lease the time to renew it when it is back', async () => {
      const [holder, other] = [openNew(), open()]
      await holder.submit(draft('k'), submission('1'))
      const lease = await claim(holder, 'k', 1500)
      await other.get('k')
      await redis.kill()
      await redis.start()
      const start = performance.now()
      await vi.waitFor(() => claim(other, 'k', 60_000, 'other'), { timeout: 10_000, interval: 10 })
      expect(performance.now() - start).toBeGreaterThan(1400)
      expect(await holder.renew(lease, 1500)).toBe(false)
    })

    it('that stands still makes calls fail as well, and what was missed meanwhile is told afterwards', async () => {
      const store = openNew()
      await store.submit(draft('k'), submission('1'))
      const heard: string[] = []
      store.subscribe('k', ({ status }) => heard.push(status))
      // What it is when it is watched first is no news: that was read before what comes next.
      await store.get('k')
      redis.freeze()
      const start = performance.now()
      await expect(store.get('k')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true })
      await expect(store.get('k')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true })
      expect(performance.now() - start).toBeLessThan(10_000)
      redis.thaw()
      await vi.waitFor(() => claim(open(), 'k', 60_000), { timeout: 10_000 })
      await vi.waitFor(() => expect(heard.at(-1)).toBe('IN_PROGRESS'), { timeout: 10_000 })
    })
  })

  it('refuses a Redis that drops keys when its memory is full, and says what to do', async () => {
    const evicting = new TestRedis()
    await evicting.start('--maxmemory-policy', 'allkeys-lru')
    const store = new RedisRecordStore({ redis: evicting.url })
    await expect(store.get('k')).rejects.toMatchObject({
      code: 'REDIS_UNSUITABLE',
      retryable: false,
      message: expect.stringMatching(/allkeys-lru.*Set maxmemory-policy to noeviction/),
    })
    await evicting.with((client) => client.config('SET', 'maxmemory-policy', 'noeviction'))
    await vi.waitFor(() => store.get('k'), { timeout: 10_000 })
    await store.close()
    await evicting.remove()
  })

  it('tells of a password that is wrong without telling the password', async () => {
    const locked = new TestRedis()
    await locked.start()
    await locked.with((client) => client.config('SET', 'requirepass', 'right'))
    const store = new RedisRecordStore({ redis: locked.url.replace('//', '//:wr0ngword@') })
    const error = await store.get('k').catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'REDIS_UNSUITABLE', retryable: false })
    expect(JSON.stringify([error, error.message, error.cause, error.cause.message])).not.toContain('wr0ngword')
    await store.close()
    await locked.remove()
  })

  it('refuses calls when it is closed, and needs no Redis before the first', async () => {
    const store = openNew()
    await store.close()
    await store.close()
    await expect(store.get('k')).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
    await expect(store.claim('k', 'me', { leaseMs: 1 })).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
    expect(() => store.subscribe('k', () => {})).toThrow(expect.objectContaining({ code: 'DATALAB_CLOSED' }))
    const unused = new RedisRecordStore({ redis: 'redis://127.0.0.1:1' })
    await unused.close()
  })
})

describe('what names a Redis', () => {
  it.each(['', 'localhost', 'http://a', 'redis://', 'redis://u:secret@h:1/x'])('is not %j', (text) => {
    expect(() => new RedisRecordStore({ redis: text })).toThrow(TypeError)
    expect(() => new RedisRecordStore({ redis: text })).not.toThrow(/secret/)
  })

  it('has a prefix of plain letters', () => {
    expect(() => new RedisRecordStore({ redis: 'redis://h', prefix: 'a b' })).toThrow(TypeError)
  })

  it('fails within seconds where nothing listens', async () => {
    const store = new RedisRecordStore({ redis: 'redis://127.0.0.1:1' })
    await expect(store.get('k')).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringMatching(/127\.0\.0\.1:1 .*ECONNREFUSED/),
    })
    await store.close()
  })
})
