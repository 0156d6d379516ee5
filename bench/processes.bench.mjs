// Jobs that do nothing, each run in a child process that is warm: it was started and has opened the set-up module before.
import { MemoryRecordStore } from '@datalab/core'
import { ProcessExecutor } from '@datalab/local'
import { benchmark } from './harness/benchmark.mjs'
import { machineSetup, withMachineLab } from './harness/machine-lab.mjs'
import { collected, rates, timings } from './harness/sampling.mjs'
import { together } from './harness/throughput.mjs'
import { NoOp } from './hosts/no-op.mjs'

const COUNT = 200
const CLIENTS = 32

await benchmark(import.meta.url, 'jobs that do nothing, in warm child processes, results in files', async (report) => {
  await addRows(report, 'records in memory', { records: new MemoryRecordStore() })
  await addRows(report, 'records in SQLite', {})
})

function addRows(report, records, options) {
  return withMachineLab({ executor: new ProcessExecutor({ setup: machineSetup }), ...options }, async (lab) => {
    let number = 0
    const job = async () => (await lab.submit(NoOp, { number: number++ })).result()
    report.row(`one after the other, submit to result; ${records}`, await timings(job), { unit: 'ms' })
    const rounds = await collected(() => together(COUNT, CLIENTS, job), { warmUp: 1, samples: 10 })
    report.row(`${CLIENTS} clients; ${records}`, rates(COUNT, rounds), { unit: 'jobs/s' })
  })
}
