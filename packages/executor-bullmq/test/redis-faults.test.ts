import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, JobRecord } from '@datalab/core'
import { describe, expect, it, vi } from 'vitest'
import { FleetLab, programs, WorkerProcess } from './fleet-lab.js'
import { hasRedis, TestRedis } from './redis-server.js'

const redis = TestRedis.use()
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** Begins to watch a job; the record as it ends, of those who watch since then. */
async function watched(job: Job): Promise<() => Promise<JobRecord>> {
  const views = job.events[Symbol.asyncIterator]()
  let { value } = await views.next()
  const over = (async () => {
    for (let next = await views.next(); next.done !== true; next = await views.next()) value = next.value
  })()
  over.catch(() => {})
  return () => over.then(() => value)
}

describe.skipIf(!hasRedis)('with a real Redis', () => {
  it('kill -9 and restart of Redis under load: no job is lost, and none published twice', async () => {
    const lab = new FleetLab(redis)
    await Promise.all([WorkerProcess.start(program, 2), WorkerProcess.start(program, 2)])
    const names = Array.from({ length: 40 }, (_, index) => `job ${index}`)
    const jobs = await Promise.all(names.map((name) => lab.submit('work', name)))
    await vi.waitFor(() => expect(names.filter((name) => lab.begun(name)).length).toBeGreaterThan(5), 15_000)
    await redis.kill()
    await redis.start()
    await vi.waitFor(async () => {
      for (const job of jobs) expect((await job.record()).status).toBe('COMPLETED')
    }, 40_000)
    for (const job of jobs) expect(await lab.attempts(job.key)).toHaveLength(1)
  })

  it('Redis away for 20 s: submits fail fast, what runs goes on, and everything settles', async () => {
    const lab = new FleetLab(redis)
    await WorkerProcess.start(program, 2)
    const [running, waiting] = [await lab.submit('wait', 'a'), await lab.submit('wait', 'b')]
    const queued = await lab.submit('work', 'queued')
    await lab.hasBegun('a')
    await lab.hasBegun('b')
    const ends = await Promise.all([running, waiting].map(watched))
    redis.freeze()
    const away = sleep(20_000)
    const start = performance.now()
    await expect(lab.submit('work', 'c')).rejects.toMatchObject({
      code: 'DATALAB_RECORDS_UNAVAILABLE',
      retryable: true,
      cause: { code: 'REDIS_UNAVAILABLE' },
    })
    expect(performance.now() - start).toBeLessThan(10_000)
    lab.go('a')
    await away
    redis.thaw()
    lab.go('b')
    await vi.waitFor(async () => expect((await lab.submit('work', 'c')).key).toBeTruthy(), 10_000)
    await vi.waitFor(async () => {
      for (const job of [running, waiting, queued, await lab.submit('work', 'c')])
        expect((await job.record()).status).toBe('COMPLETED')
    }, 30_000)
    // Whoever waited for them all the while has heard of their ends.
    for (const end of ends) expect((await end()).status).toBe('COMPLETED')
    for (const job of [running, waiting, queued]) expect(await lab.attempts(job.key)).toHaveLength(1)
    expect([lab.begun('a'), lab.begun('b'), lab.begun('queued'), lab.begun('c')]).toEqual([1, 1, 1, 1])
  })
})
