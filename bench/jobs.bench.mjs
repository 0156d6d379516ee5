// Jobs that do nothing: how many a host of one process gets from their submit to their end. Each is a job of its own.
import { createDataLab, FileStorage, InlineExecutor } from '@datalab/core'
import { benchmark } from './harness/benchmark.mjs'
import { withMachineLab } from './harness/machine-lab.mjs'
import { collected, rates } from './harness/sampling.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'
import { processorTime, together } from './harness/throughput.mjs'
import { NoOp } from './hosts/no-op.mjs'

const COUNT = 5000
const CLIENTS = 32
const TITLE = `jobs that do nothing, inline, each from submit to result, ${CLIENTS} clients`

await benchmark(import.meta.url, TITLE, async (report) => {
  const { jobsPerSecond, microseconds } = await ofNewHosts()
  report.row('5,000 in a new host; all in memory', jobsPerSecond, { unit: 'jobs/s', target: 5000 })
  report.row('of that, processor time of a job', microseconds, { unit: 'µs' })
  report.row('1,000 after 10,000 others; all in memory', await ofOldHosts(), { unit: 'jobs/s' })
  report.row('500 in a new host; results in files', await inTemporaryFolder(ofHostsWithFiles), { unit: 'jobs/s' })
  report.row('500; records in SQLite, results in files', await withMachineLab({}, ofHost), { unit: 'jobs/s' })
})

async function ofNewHosts() {
  const times = []
  const round = () => inHost(async (lab) => times.push(await jobs(lab, COUNT)))
  const samples = 10
  const microseconds = await collected(() => processorTime(COUNT, round), { warmUp: 2, samples })
  return { jobsPerSecond: rates(COUNT, times.slice(-samples)), microseconds }
}

async function ofOldHosts() {
  const round = (lab) => jobs(lab, 10_000).then(() => jobs(lab, 1000, 10_000))
  return rates(1000, await collected(() => inHost(round), { warmUp: 1, samples: 5 }))
}

async function ofHostsWithFiles(folder) {
  const round = (index) => inHost((lab) => jobs(lab, 500, index * 500), { storage: new FileStorage(folder) })
  return rates(500, await collected(round, { warmUp: 1, samples: 5 }))
}

async function ofHost(lab) {
  return rates(500, await collected((index) => jobs(lab, 500, index * 500), { warmUp: 1, samples: 5 }))
}

async function inHost(work, options = {}) {
  const lab = createDataLab({ operations: [NoOp], executor: new InlineExecutor(), ...options })
  try {
    return await work(lab)
  } finally {
    await lab.close()
  }
}

/** Milliseconds from the first submit of so many new jobs until all have ended. */
function jobs(lab, count, first = 0) {
  return together(count, CLIENTS, async (index) => {
    const job = await lab.submit(NoOp, { number: first + index })
    await job.result()
  })
}
