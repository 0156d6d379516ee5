// How long after an operation has said something its watchers know of it.
import { createDataLab } from '@datalab/core'
import { ProcessExecutor } from '@datalab/local'
import { benchmark } from './harness/benchmark.mjs'
import { ElsewhereExecutor } from './harness/elsewhere-executor.mjs'
import { machineSetup, withMachineLab } from './harness/machine-lab.mjs'
import { Telling } from './hosts/telling.mjs'

const SAMPLES = 100
const WARM_UP = 20

await benchmark(import.meta.url, 'from what an operation does to the event that its watcher gets', async (report) => {
  const lab = createDataLab({ operations: [Telling] })
  addRows(report, 'inline, all in memory', await latencies(lab))
  await lab.close()
  const inFiles = (executor) => withMachineLab({ executor }, latencies)
  addRows(report, 'child process, all in files', await inFiles(new ProcessExecutor({ setup: machineSetup })))
  addRows(report, "another process's host, all in files", await inFiles(new ElsewhereExecutor()))
})

function addRows(report, where, latencies) {
  report.row(
    `setMessage to its event; ${where}`,
    latencies.map(({ message }) => message),
    { unit: 'ms' },
  )
  report.row(
    `end of operate() to COMPLETED; ${where}`,
    latencies.map(({ end }) => end),
    { unit: 'ms' },
  )
}

async function latencies(lab) {
  const all = []
  for (let number = 0; number < WARM_UP + SAMPLES; number++)
    all.push(await watched(await lab.submit(Telling, { number })))
  return all.slice(WARM_UP)
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
