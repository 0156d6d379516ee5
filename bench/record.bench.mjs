// What it takes to look at a job.
import { createDataLab } from '@datalab/core'
import { benchmark } from './harness/benchmark.mjs'
import { timings } from './harness/sampling.mjs'
import { NoOp } from './hosts/no-op.mjs'

const SAMPLING = { samples: 5000 }

await benchmark(import.meta.url, 'reading the record of a job, in memory', async (report) => {
  const lab = createDataLab({ operations: [NoOp] })
  const job = await lab.submit(NoOp, { number: 0 })
  await job.result()
  const inMicroseconds = async (work) => (await timings(work, SAMPLING)).map((milliseconds) => milliseconds * 1000)
  report.row('job.record()', await inMicroseconds(() => job.record()), { unit: 'µs' })
  report.row('lab.get(key)', await inMicroseconds(() => lab.get(job.key)), { unit: 'µs' })
  await lab.close()
})
