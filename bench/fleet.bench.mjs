// A fleet on a Redis of its own, with hosts in this process and workers in others: how many jobs it gets done, how long one of them takes, and how
// long a job waits for another worker when the one that runs it is killed. Needs redis-server.
import { setTimeout } from 'node:timers/promises'
import { openDataLab } from '@datalab/core'
import { CountedRedis } from '../stress/fleet/redis.mjs'
import { benchmark } from './harness/benchmark.mjs'
import { HostProcess } from './harness/host-process.mjs'
import { collected, rates, timings } from './harness/sampling.mjs'
import { quantile } from './harness/statistics.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'
import { together } from './harness/throughput.mjs'
import { NoOp } from './hosts/no-op.mjs'
import { RUN_MS, Slow } from './hosts/slow.mjs'

const setup = new URL('hosts/fleet.config.mjs', import.meta.url).href
const program = new URL('hosts/worker-host.mjs', import.meta.url)

const HOSTS = 4
const WORKERS = 4
const CLIENTS = 32
const JOBS = 400
const KILLS = 4
/** The samples differ in when the worker is killed: spread over the time after which a lease of 5 s is renewed. */
const KILL_WITHIN_MS = 5000 / 3

let jobs = 0

if (CountedRedis.isThere)
  await benchmark(import.meta.url, 'a fleet: 4 hosts, 4 workers of 2 places, on one Redis', measure)
else console.error('*** SKIPPED: fleet. Install a Redis: apt-get install redis-server')

function measure(report) {
  return inTemporaryFolder(async (folder) => {
    process.env.DATALAB_BENCH_FOLDER = folder
    process.env.DATALAB_BENCH_REDIS = (await CountedRedis.start(folder)).url
    const hosts = await Promise.all(Array.from({ length: HOSTS }, () => openDataLab(setup)))
    try {
      await measureJobs(report, hosts, folder)
      await measureRecovery(report, hosts[0], folder)
    } finally {
      await Promise.all(hosts.map((host) => host.close()))
    }
  })
}

async function measureJobs(report, hosts, folder) {
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => startWorker(folder, 2)))
  const latencies = []
  const one = (index) => timeOf(hosts[index % HOSTS])
  const round = () => together(JOBS, CLIENTS, async (index) => latencies.push(await one(index)))
  const times = await collected(round, { warmUp: 1, samples: 3 })
  report.row(`jobs that do nothing, from ${CLIENTS} clients`, rates(JOBS, times), { unit: 'jobs/s' })
  const under = latencies.slice(JOBS)
  report.row('of those, from submit to done', under, { unit: 'ms' })
  report.row('of those, p99 of submit to done', [quantile(under, 0.99)], { unit: 'ms' })
  const alone = await timings(one, { warmUp: 20, samples: 200 })
  report.row('one job after the other, from submit to done', alone, { unit: 'ms' })
  report.row('one job after the other, p99 of submit to done', [quantile(alone, 0.99)], { unit: 'ms' })
  await Promise.all(workers.map((worker) => worker.kill()))
}

/** Milliseconds from the submit of a new job to its result. */
async function timeOf(host) {
  const start = performance.now()
  const job = await host.submit(NoOp, { number: jobs++ })
  await job.result()
  return performance.now() - start
}

async function measureRecovery(report, host, folder) {
  let worker = await startWorker(folder, 1)
  const sample = async (index) => {
    const job = await host.submit(Slow, { number: index })
    for await (const { message } of job.events) if (message === 'begun') break
    const other = await startWorker(folder, 1)
    await setTimeout((index / KILLS) * KILL_WITHIN_MS)
    await worker.kill()
    const killed = performance.now()
    await job.result()
    const { attempt } = await job.record()
    if (attempt !== 2) throw new Error(`The job was done in attempt ${attempt}, not 2.`)
    worker = other
    return (performance.now() - killed - RUN_MS) / 1000
  }
  const seconds = await collected(sample, { warmUp: 0, samples: KILLS })
  report.row('a worker is killed: the time lost until another has done its job', seconds, { unit: 's', target: 10 })
  await worker.kill()
}

async function startWorker(folder, places) {
  const worker = new HostProcess(folder, [String(places)], program)
  await worker.told('ready')
  return worker
}
