import { describe, expect, it, vi } from 'vitest'
import { FleetLab, last, programs, WorkerProcess } from './fleet-lab.js'
import { hasRedis, TestRedis } from './redis-server.js'
import { bestPlace } from './result-places.js'
import { StorageProxy } from './storage-proxy.js'

const redis = TestRedis.use()
const place = bestPlace()
const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT ?? ''
const program = hasRedis ? programs() : () => new URL('file:///nothing')

/** A job whose worker is held at the commit of its result. */
async function held(lab: FleetLab, when: 'before' | 'after') {
  const { proxy, url } = await StorageProxy.start(endpoint, when)
  vi.stubEnv('DATALAB_FLEET_S3', url)
  const worker = await WorkerProcess.start(program)
  const job = await lab.submit('work', 'a')
  await proxy.held
  vi.stubEnv('DATALAB_FLEET_S3', endpoint)
  return { job, proxy, worker }
}

describe.skipIf(!hasRedis || place.bucket === undefined)('with a real Redis, and results in a bucket', () => {
  it('a worker that is killed when its result is not committed yet: another does the job', async () => {
    const lab = new FleetLab(redis, place)
    const { job, worker } = await held(lab, 'before')
    await worker.kill()
    await WorkerProcess.start(program)
    expect(await last(job)).toMatchObject({ status: 'COMPLETED', attempt: 2 })
    expect([await lab.attempts(job.key), lab.begun('a')]).toEqual([['2'], 2])
  })

  it('a worker that is killed when its result is committed, and does not know: its result stands, and no other is made', async () => {
    const lab = new FleetLab(redis, place)
    const { job, worker } = await held(lab, 'after')
    await worker.kill()
    await WorkerProcess.start(program)
    expect(await last(job)).toMatchObject({ status: 'COMPLETED' })
    expect([await lab.attempts(job.key), lab.begun('a')]).toEqual([['1'], 1])
  })

  it('a result whose commit arrives when another has been committed does not stand', async () => {
    const lab = new FleetLab(redis, place)
    const { job, proxy, worker } = await held(lab, 'before')
    worker.child.kill('SIGSTOP')
    await WorkerProcess.start(program)
    const record = await last(job)
    expect(record).toMatchObject({ status: 'COMPLETED', attempt: 2 })
    worker.child.kill('SIGCONT')
    proxy.let()
    // What it has written is gone when it knows.
    await vi.waitFor(async () => expect(await lab.attempts(job.key)).toEqual(['2']), 15_000)
    expect(await job.record()).toMatchObject({ status: 'COMPLETED', attempt: 2, ended: record.ended })
    const [object] = await lab.objects(`${job.key}/2/`)
    expect(object).toBeTruthy()
  })
})
