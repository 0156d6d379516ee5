import { describe, expect, it } from 'vitest'
import { FleetLab, last, programs, WorkerProcess } from './fleet-lab.js'
import { hasRedis, TestRedis } from './redis-server.js'
import { bestPlace } from './result-places.js'

// DATALAB_FLEET_JOBS=10000 takes its time.
const JOBS = Number(process.env.DATALAB_FLEET_JOBS ?? 1000)
const DUPLICATES = Number(process.env.DATALAB_FLEET_DUPLICATES ?? JOBS / 5)

const redis = TestRedis.use()
const place = bestPlace()
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** How many connections Redis has. */
function connections(): Promise<number> {
  return redis.with(async (client) => Number(/connected_clients:(\d+)/.exec(await client.info('clients'))?.[1]))
}

describe.skipIf(!hasRedis)(`with a real Redis, and results in ${place.name}`, { timeout: 60_000 + 200 * JOBS }, () => {
  it('many jobs from 4 hosts over 4 workers: each has one result, and nothing is left over', async () => {
    const lab = new FleetLab(redis, place)
    const hosts = [lab.host, lab.open(), lab.open(), lab.open()]
    await Promise.all(Array.from({ length: 4 }, () => WorkerProcess.start(program, 2)))
    const names = Array.from({ length: JOBS + DUPLICATES }, (_, index) => `job ${index % JOBS}`)
    const start = performance.now()
    const jobs = await Promise.all(
      names.map((name, index) => hosts[index % hosts.length]!.submit('Behave', { how: 'work', name })),
    )
    const records = await Promise.all(jobs.map(last))
    console.info(`${Math.round((1000 * JOBS) / (performance.now() - start))} jobs/s`)
    for (const { status, attempt } of records) expect([status, attempt]).toEqual(['COMPLETED', 1])
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(JOBS)
    const processes = names.slice(0, JOBS).map((name) => lab.processes(name))
    expect(processes.filter(({ length }) => length !== 1)).toEqual([])
    // One run does not keep its process from doing the next.
    expect(new Set(processes.flat()).size).toBeLessThanOrEqual(4 * 2)
    // A manifest and an object of each.
    expect(await lab.objects()).toHaveLength(2 * JOBS)
    const keys = await lab.keys()
    expect(keys.filter((key) => key.includes(':job:'))).toHaveLength(JOBS)
    expect(keys.filter((key) => /:queue:.*(:op-|:de:|:dn:)/.test(key))).toEqual([])
    // Three of each host; three of each worker and one for each of its two operations; that of the test.
    expect(await connections()).toBeLessThanOrEqual(4 * 3 + 4 * (3 + 2) + 1)
  })
})
