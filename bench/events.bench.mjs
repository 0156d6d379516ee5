// How long after an operation has said something its watchers know of it.
import { createDataLab } from '@datalab/core'
import { benchmark } from './harness/benchmark.mjs'
import { withProcessHost } from './harness/process-host.mjs'
import { Telling } from './hosts/telling.mjs'

const SAMPLES = 200
const WARM_UP = 50

await benchmark(import.meta.url, 'from what an operation does to the event that its watcher gets', async (report) => {
  const lab = createDataLab({ operations: [Telling] })
  addRows(report, 'inline, in memory', await latencies(lab))
  await lab.close()
  await withProcessHost(async (host) => addRows(report, 'child process, results in files', await latencies(host)))
})

function addRows(report, where, { messages, ends }) {
  report.row(`setMessage to its event; ${where}`, messages, { unit: 'ms' })
  report.row(`end of operate() to COMPLETED; ${where}`, ends, { unit: 'ms' })
}

async function latencies(lab) {
  const all = []
  for (let number = 0; number < WARM_UP + SAMPLES; number++)
    all.push(await watched(await lab.submit(Telling, { number })))
  const counted = all.slice(WARM_UP)
  return { messages: counted.map(({ message }) => message), ends: counted.map(({ end }) => end) }
}

/** How many milliseconds passed until this watcher knew. */
async function watched(job) {
  let message
  for await (const record of job.events) {
    if (record.message !== null) message ??= millisecondsSince(record.message)
    if (record.status === 'COMPLETED') return { message, end: millisecondsSince(record.output.output_data[0].ended) }
  }
  throw new Error('The job did not complete.')
}

function millisecondsSince(nanoseconds) {
  return Number(process.hrtime.bigint() - BigInt(nanoseconds)) / 1e6
}
