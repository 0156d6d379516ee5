import { describe, expect, it, vi } from 'vitest'
import { FleetLab, last, programs, WorkerProcess } from './fleet-lab.js'
import { hasRedis, TestRedis } from './redis-server.js'
import { resultPlaces } from './result-places.js'

const redis = TestRedis.use()
const places = resultPlaces()
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** Which of these workers a run goes on in. */
async function workerOf(message: string | null, workers: readonly WorkerProcess[]): Promise<WorkerProcess> {
  const parent = Number(message?.split(' of ')[1])
  const worker = workers.find(({ child }) => child.pid === parent)
  if (worker === undefined) throw new Error(`no worker is ${parent}`)
  return worker
}

describe.skipIf(!hasRedis).each(places)('with a real Redis, and results in $name', (place) => {
  it('kill -9 of a worker: another one finishes its run within 10 s; and so it does after three in a row', async () => {
    const lab = new FleetLab(redis, place)
    const workers = await Promise.all(Array.from({ length: 4 }, () => WorkerProcess.start(program)))
    const job = await lab.submit('wait', 'a')
    for (let kills = 1; kills <= 3; kills++) {
      await vi.waitFor(async () => expect(await job.record()).toMatchObject({ attempt: kills, progress: 0.5 }), 15_000)
      const { message } = await job.record()
      await (await workerOf(message, workers)).kill()
      const start = performance.now()
      await lab.hasBegun('a', kills + 1)
      expect(performance.now() - start).toBeLessThan(10_000)
    }
    lab.go('a')
    const record = await last(job)
    expect(record).toMatchObject({ status: 'COMPLETED', attempt: 4 })
    expect(await lab.attempts(job.key)).toEqual(['4'])
  })

  it('a worker that stands still past its lease, and goes on, publishes nothing', async () => {
    const lab = new FleetLab(redis, place)
    const workers = await Promise.all([WorkerProcess.start(program), WorkerProcess.start(program)])
    const job = await lab.submit('wait', 'a')
    await vi.waitFor(async () => expect((await job.record()).progress).toBe(0.5), 15_000)
    const frozen = await workerOf((await job.record()).message, workers)
    frozen.child.kill('SIGSTOP')
    await lab.hasBegun('a', 2, 15_000)
    lab.go('a')
    const record = await last(job)
    expect(record).toMatchObject({ status: 'COMPLETED', attempt: 2 })
    frozen.child.kill('SIGCONT')
    // It is done with what it had when it does something else.
    await vi.waitFor(async () => expect(await lab.attempts(job.key)).toEqual(['2']), 15_000)
    const others = await Promise.all(['b', 'c'].map((name) => lab.submit('wait', name)))
    await Promise.all(['b', 'c'].map((name) => lab.hasBegun(name)))
    for (const name of ['b', 'c']) lab.go(name)
    for (const other of others) expect((await last(other)).status).toBe('COMPLETED')
    expect(await job.record()).toMatchObject({ attempt: 2, ended: record.ended })
    expect(await lab.attempts(job.key)).toEqual(['2'])
  })
})
