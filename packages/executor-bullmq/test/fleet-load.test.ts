import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { DataLab, Job, JobRecord } from '@datalab/core'
import { describe, expect, it } from 'vitest'
import { RedisRecordStore } from '../src/index.js'
import { FleetLab, last, programs, WorkerProcess } from './fleet-lab.js'
import { hasRedis, TestRedis } from './redis-server.js'
import { bestPlace } from './result-places.js'

// DATALAB_FLEET_JOBS=10000 takes its time.
const JOBS = Number(process.env.DATALAB_FLEET_JOBS ?? 1000)
const DUPLICATES = Number(process.env.DATALAB_FLEET_DUPLICATES ?? JOBS / 5)

/** How many ask for jobs at the same time. */
const CLIENTS = 256

/** Where figures are written, as JSON. */
const RESULT = process.env.DATALAB_FLEET_RESULT

/** The second half of the jobs may have a worker grow by so many MiB: what is kept of a job would be seen in thousands of them. */
const MOST_GROWTH = 64

const redis = TestRedis.use()
const place = bestPlace()
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** How many connections Redis has. */
function connections(): Promise<number> {
  return redis.with(async (client) => Number(/connected_clients:(\d+)/.exec(await client.info('clients'))?.[1]))
}

/** MiB of memory that each worker has; 0 where the system does not tell. */
function memory(workers: readonly WorkerProcess[]): number[] {
  return workers.map(({ child }) => {
    const path = `/proc/${child.pid}/status`
    const kilobytes = existsSync(path) ? /VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] : undefined
    return Math.round(Number(kilobytes ?? 0) / 1024)
  })
}

/** Has all done, by clients of whom each submits the next when the one before has ended. */
async function doAll(hosts: readonly DataLab[], names: readonly string[], onHalf: () => void) {
  const ends: { job: Job; record: JobRecord }[] = []
  const turns = names.entries()
  const client = async () => {
    for (const [index, name] of turns) {
      if (index === Math.floor(names.length / 2)) onHalf()
      const job = await hosts[index % hosts.length]!.submit('Behave', { how: 'work', name })
      ends.push({ job, record: await last(job) })
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return ends
}

/** Each job, and those that are asked for twice by two hosts at the same time. */
function namesOf(jobs: number, duplicates: number): string[] {
  return Array.from({ length: jobs }, (_, index) => `job ${index}`).flatMap((name, index) =>
    index < duplicates ? [name, name] : [name],
  )
}

/** How many keys are in Redis for these jobs, and for the fleet when their records were forgotten. */
async function checkKeys(lab: FleetLab): Promise<{ keys: number; keysLeft: number }> {
  const keys = await lab.keys()
  expect(keys.filter((key) => key.includes(':job:'))).toHaveLength(JOBS)
  expect(keys.filter((key) => /:queue:.*(:op-|:de:|:dn:)/.test(key))).toEqual([])
  const store = new RedisRecordStore({ redis: redis.url, prefix: lab.prefix })
  expect(await store.expire(new Date(Date.now() + 60_000))).toBe(JOBS)
  await store.close()
  const keysLeft = (await lab.keys()).length
  expect(keysLeft).toBeLessThan(30)
  return { keys: keys.length, keysLeft }
}

describe.skipIf(!hasRedis)(`with a real Redis, and results in ${place.name}`, { timeout: 60_000 + 200 * JOBS }, () => {
  it('many jobs from 4 hosts over 4 workers: each has one result, and nothing is left over', async () => {
    const lab = new FleetLab(redis, place)
    const hosts = [lab.host, lab.open(), lab.open(), lab.open()]
    const workers = await Promise.all(Array.from({ length: 4 }, () => WorkerProcess.start(program, 2)))
    const names = namesOf(JOBS, DUPLICATES)
    const start = performance.now()
    let half: number[] = []
    const ends = await doAll(hosts, names, () => {
      half = memory(workers)
    })
    const jobsPerSecond = Math.round((10_000 * JOBS) / (performance.now() - start)) / 10
    const end = memory(workers)
    for (const { record } of ends) expect([record.status, record.attempt]).toEqual(['COMPLETED', 1])
    expect([ends.length, new Set(ends.map(({ job }) => job.key)).size]).toEqual([JOBS + DUPLICATES, JOBS])
    const processes = [...new Set(names)].map((name) => lab.processes(name))
    expect(processes.filter(({ length }) => length !== 1)).toEqual([])
    // One run does not keep its process from doing the next.
    expect(new Set(processes.flat()).size).toBeLessThanOrEqual(4 * 2)
    for (const [index, before] of half.entries()) expect(end[index]! - before).toBeLessThan(MOST_GROWTH)
    // Three of each host; three of each worker and one for each of its two operations; that of the test.
    const connected = await connections()
    expect(connected).toBeLessThanOrEqual(4 * 3 + 4 * (3 + 2) + 1)
    // A manifest and an object of each.
    const objects = (await lab.objects()).length
    expect(objects).toBe(2 * JOBS)
    const workersMiB = { half: Math.max(...half), end: Math.max(...end) }
    const counts = { objects, ...(await checkKeys(lab)), connections: connected, workersMiB }
    const result = { jobs: JOBS, duplicates: DUPLICATES, place: place.name, jobsPerSecond, ...counts }
    console.info(JSON.stringify(result))
    if (RESULT !== undefined) writeFileSync(RESULT, JSON.stringify(result))
  })
})
