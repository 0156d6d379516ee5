// Jobs that do nothing, each run in a child process that is warm: it was started and has opened the set-up module before. Results lie in files.
import { benchmark } from './harness/benchmark.mjs'
import { withProcessHost } from './harness/process-host.mjs'
import { collected, rates, timings } from './harness/sampling.mjs'
import { together } from './harness/throughput.mjs'
import { NoOp } from './hosts/no-op.mjs'

const COUNT = 200
const CLIENTS = 32

await benchmark(import.meta.url, 'jobs that do nothing, in warm child processes, results in files', (report) =>
  withProcessHost(async (lab) => {
    let number = 0
    const job = async () => (await lab.submit(NoOp, { number: number++ })).result()
    report.row('one after the other, from submit to result', await timings(job, { warmUp: 100 }), { unit: 'ms' })
    const rounds = await collected(() => together(COUNT, CLIENTS, job), { warmUp: 1, samples: 10 })
    report.row(`${CLIENTS} clients, rounds of ${COUNT}`, rates(COUNT, rounds), { unit: 'jobs/s' })
  }),
)
