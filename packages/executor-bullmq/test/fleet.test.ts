import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDataLab, FileStorage, type JobRecord, LocalSource, MemoryRecordStore } from '@datalab/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { BullMQExecutor, RedisRecordStore, type StartWorkerOptions, startWorker } from '../src/index.js'
import { FleetLab, last, programs } from './fleet-lab.js'
import { draft, submission } from './record-samples.js'
import { hasRedis, TestRedis } from './redis-server.js'

const redis = TestRedis.use()
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** A worker in this process, whose runs go on in children; closed when the test is over. */
async function start(options: Partial<StartWorkerOptions> = {}) {
  const modules = { setup: program('fleet-setup.config'), entry: program('process-child') }
  const worker = await startWorker({ ...modules, concurrency: 2, ...options })
  onTestFinished(() => worker.close())
  return worker
}

describe.skipIf(!hasRedis)('with a real Redis', () => {
  it('a job of a host is run by a worker, in a child process of its own, and its host hears how it goes', async () => {
    const lab = new FleetLab(redis)
    const job = await lab.submit('wait', 'a')
    await start()
    const seen: JobRecord[] = []
    for await (const record of job.events) {
      seen.push(record)
      if (record.progress === 0.5) lab.go('a')
    }
    expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', attempt: 1, output: { output_data: [{ name: 'a' }] } })
    const [pid, parent] = (seen.find(({ progress }) => progress === 0.5)?.message ?? '').split(' of ').map(Number)
    expect(pid).not.toBe(process.pid)
    expect(parent).toBe(process.pid)
    expect((await lab.submit('wait', 'a')).cached).toBe(true)
  })

  it('200 submissions of one job from two hosts to two workers are one run', async () => {
    const lab = new FleetLab(redis)
    const other = lab.open()
    await Promise.all([start(), start()])
    const hosts = Array.from({ length: 200 }, (_, index) => (index % 2 ? lab.host : other))
    const jobs = await Promise.all(hosts.map((host) => host.submit('Behave', { how: 'work', name: 'a' })))
    const records = await Promise.all(jobs.map(last))
    for (const { status, attempt } of records) expect([status, attempt]).toEqual(['COMPLETED', 1])
    expect(lab.begun('a')).toBe(1)
  })

  it('leaves nothing in Redis but records', async () => {
    const lab = new FleetLab(redis)
    await start()
    const names = Array.from({ length: 20 }, (_, index) => `job ${index}`)
    const jobs = await Promise.all(names.map((name) => lab.submit('work', name)))
    await Promise.all(jobs.map(last))
    const others = async () =>
      (await lab.keys()).map((key) => key.slice(lab.prefix.length + 1)).filter((key) => !/^(job|asked|keys):/.test(key))
    await vi.waitFor(async () => expect((await others()).filter((key) => key.includes(':op-'))).toEqual([]))
    const small = (key: string) => !key.startsWith('queue:')
    expect((await others()).filter(small).sort()).toEqual(['ended', 'labels', 'looked', 'offers', 'revision'])
    expect((await others()).some((key) => key.includes(':de:') || key.includes(':dn:'))).toBe(false)
  })

  it('a job that no worker has the operation of waits, and its record says for what', async () => {
    const lab = new FleetLab(redis)
    await start({ operations: ['@test/behave'] })
    const rare = await lab.submit('work', 'rare', 'Rare')
    expect((await last(await lab.submit('work', 'a'))).status).toBe('COMPLETED')
    expect(await rare.record()).toMatchObject({
      status: 'PENDING',
      message: 'Waiting for a worker that has Rare (@test/rare, revision 1): none is running now.',
    })
    await start({ operations: ['@test/rare'] })
    expect(await last(rare)).toMatchObject({ status: 'COMPLETED', message: null })
  })

  it('is cancelled from another host, while it spins', async () => {
    const lab = new FleetLab(redis)
    const worker = await start({ graceMs: 200 })
    const job = await lab.submit('spin', 'a')
    await lab.hasBegun('a')
    await (await lab.open().job(job.key))?.cancel({ force: true })
    expect((await last(job)).status).toBe('CANCELLED')
    await vi.waitFor(() => expect(worker.going).toBe(0), { timeout: 10_000 })
    expect((await last(await lab.submit('work', 'b'))).status).toBe('COMPLETED')
  })

  it('one that waits is cancelled without a worker', async () => {
    const lab = new FleetLab(redis)
    const job = await lab.submit('work', 'a')
    await job.cancel()
    expect((await last(job)).status).toBe('CANCELLED')
    const again = await lab.submit('work', 'a')
    await start()
    expect(await last(again)).toMatchObject({ status: 'COMPLETED' })
    expect(lab.begun('a')).toBe(1)
  })

  it('is tried again after what may pass, and is not after what does not', async () => {
    const lab = new FleetLab(redis)
    await start()
    expect(await last(await lab.submit('fail once', 'a'))).toMatchObject({ status: 'COMPLETED', attempt: 2 })
    const failed = await last(await lab.submit('exit', 'b'))
    expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_WORKER_STOPPED' } })
  })

  it('a worker that closes lets its run end in time, and gives back what does not', async () => {
    const lab = new FleetLab(redis)
    const [one, other] = [await start(), await start()]
    const job = await lab.submit('wait', 'a')
    await lab.hasBegun('a')
    const [busy, idle] = one.going > 0 ? [one, other] : [other, one]
    await busy.close()
    await lab.hasBegun('a', 2, 3000)
    const closing = idle.close({ graceMs: 30_000 })
    lab.go('a')
    await closing
    expect(await last(job)).toMatchObject({ status: 'COMPLETED', attempt: 2, history: [] })
  })

  it('a job whose delivery was lost is delivered nevertheless', async () => {
    const lab = new FleetLab(redis)
    const job = await lab.submit('work', 'a')
    const queues = (await lab.keys()).filter((key) => key.startsWith(`${lab.prefix}:queue:`))
    await redis.with((client) => client.del(...queues))
    await start()
    expect((await last(job)).status).toBe('COMPLETED')
  })

  it('does not work with a Redis that drops keys when its memory is full', async () => {
    const evicting = new TestRedis()
    await evicting.start('--maxmemory-policy', 'volatile-lru')
    onTestFinished(() => evicting.remove())
    const lab = new FleetLab(evicting)
    await expect(lab.submit('work', 'a')).rejects.toMatchObject({ code: 'REDIS_UNSUITABLE' })
    await expect(start()).rejects.toMatchObject({ code: 'REDIS_UNSUITABLE' })
  })

  it('a worker that cannot write to the storage takes no runs from others', async () => {
    const lab = new FleetLab(redis)
    const job = await lab.submit('work', 'a')
    writeFileSync(join(lab.folder, 'results'), 'in the way')
    await expect(start()).rejects.toMatchObject({ code: 'STORAGE_FORBIDDEN' })
    expect((await job.record()).status).toBe('PENDING')
    rmSync(join(lab.folder, 'results'))
    await start()
    expect((await last(job)).status).toBe('COMPLETED')
    expect(readdirSync(join(lab.folder, 'results')).filter((name) => !name.startsWith('.'))).toEqual([job.key])
  })

  it('tells how it is, to this machine', async () => {
    const lab = new FleetLab(redis)
    const worker = await start({ monitor: { port: 0 } })
    await last(await lab.submit('work', 'a'))
    const health = await fetch(`${worker.monitorUrl}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', redis: true, going: 0, places: 2 }])
    const metrics = await (await fetch(`${worker.monitorUrl}/metrics`)).text()
    expect(metrics).toContain('datalab_runs_total{operation="@test/behave"} 1')
    expect(metrics).toMatch(/datalab_queue_jobs\{label="@test\/behave@1[^"]*",state="waiting"\} 0/)
    expect((await fetch(`${worker.monitorUrl}/else`)).status).toBe(404)
    const port = Number(new URL(worker.monitorUrl ?? '').port)
    await expect(start({ monitor: { port } })).rejects.toMatchObject({
      code: 'DATALAB_SETUP_INVALID',
      message: expect.stringMatching(/cannot listen at 127\.0\.0\.1:\d+ \(EADDRINUSE\)/),
    })
    expect(worker.monitorUrl).toMatch(/^http:\/\/127\.0\.0\.1:/)
    await worker.close()
    await expect(fetch(`${worker.monitorUrl}/health`)).rejects.toThrow()
  })
})

describe('what other machines do not see', () => {
  const fleet = { redis: 'redis://127.0.0.1:1' }
  const records = () => new RedisRecordStore(fleet)
  const storage = new FileStorage('/tmp/datalab-never-made')

  it('is refused when the host starts, with its name', () => {
    const executor = () => new BullMQExecutor(fleet)
    expect(() => createDataLab({ storage, records: records(), executor: executor() })).toThrow(
      /the storage reaches one machine/,
    )
    expect(() => createDataLab({ storage, records: new MemoryRecordStore(), executor: executor() })).toThrow(
      expect.objectContaining({ code: 'DATALAB_SETUP_INVALID', details: { parts: ['record store', 'storage'] } }),
    )
  })

  it('is taken where the host says that it is shared, but nothing of one process', () => {
    const sources = [new LocalSource({ roots: { data: '/tmp' } })]
    const open = (shared: boolean | readonly string[]) =>
      createDataLab({ storage, sources, records: records(), executor: new BullMQExecutor({ ...fleet, shared }) })
    expect(() => open(['storage'])).toThrow(/source local reaches one machine/)
    expect(() => open(['storage', 'source local'])).not.toThrow()
    expect(() => open(true)).not.toThrow()
    expect(() =>
      createDataLab({ records: records(), executor: new BullMQExecutor({ ...fleet, shared: true }) }),
    ).toThrow(/the storage reaches one process/)
  })

  it.skipIf(!hasRedis)('a job is not found by a store of another prefix', async () => {
    const store = new RedisRecordStore({ redis: redis.url, prefix: 'one' })
    await store.submit(draft('k'), submission('1'))
    const other = new RedisRecordStore({ redis: redis.url, prefix: 'other' })
    expect(await other.get('k')).toBeUndefined()
    await Promise.all([store.close(), other.close()])
  })
})
