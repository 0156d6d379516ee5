// Jobs that do nothing: how many a host of one process gets from their submit to their end. Each is a job of its own.
import { createDataLab, FileStorage, InlineExecutor } from '@datalab/core'
import { benchmark } from './harness/benchmark.mjs'
import { collected, rates } from './harness/sampling.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'
import { together } from './harness/throughput.mjs'
import { NoOp } from './hosts/no-op.mjs'

const CLIENTS = 32
const TITLE = `jobs that do nothing, inline, each from submit to result, ${CLIENTS} clients`

await benchmark(import.meta.url, TITLE, async (report) => {
  report.row('5,000 in a new host; memory', await ofNewHosts(5000), { unit: 'jobs/s', target: 5000 })
  report.row('1,000 after 10,000 to 20,000 others; memory', await ofOldHost(1000), { unit: 'jobs/s' })
  report.row('500 in a new host; files', await inTemporaryFolder(ofHostsWithFiles), { unit: 'jobs/s' })
})

async function ofNewHosts(count) {
  const rounds = await collected(() => inHost((lab) => jobs(lab, count)), { warmUp: 2, samples: 10 })
  return rates(count, rounds)
}

async function ofOldHost(count) {
  const round = (lab) => (index) => jobs(lab, count, index * count)
  return rates(count, await inHost((lab) => collected(round(lab), { warmUp: 10, samples: 10 })))
}

async function ofHostsWithFiles(folder) {
  const round = (index) => inHost((lab) => jobs(lab, 500, index * 500), { storage: new FileStorage(folder) })
  return rates(500, await collected(round, { warmUp: 1, samples: 5 }))
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
