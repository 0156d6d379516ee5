// How long a job waits for another host when the one that runs it is killed: from the kill until it is COMPLETED, less what a run takes.
import { setTimeout } from 'node:timers/promises'
import { benchmark } from './harness/benchmark.mjs'
import { HostProcess } from './harness/host-process.mjs'
import { collected } from './harness/sampling.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'
import { RUN_MS } from './hosts/slow.mjs'

const SAMPLES = 5
/** The samples of a row differ in when the host is killed: spread over the time after which a lease of 5 s is renewed. */
const KILL_WITHIN_MS = 5000 / 3
const TERMS = { unit: 's', target: 10 }
const TITLE = 'a host of a machine is killed while it runs a job: the time lost until another has completed it'

await benchmark(import.meta.url, TITLE, async (report) => {
  report.row('another waits for the job; inline', await recoveries('inline', waiting), TERMS)
  report.row('another waits for the job; child processes', await recoveries('processes', waiting), TERMS)
  report.row('another is started then, and resumes; inline', await recoveries('inline', started), TERMS)
})

function recoveries(where, recovery) {
  return inTemporaryFolder((folder) => {
    const host = (how, number) => new HostProcess(folder, [where, how, String(number)])
    const measure = (index) => recovery((how) => host(how, index), (index / SAMPLES) * KILL_WITHIN_MS)
    return collected(measure, { warmUp: 0, samples: SAMPLES })
  })
}

/** Seconds lost where a second host has asked for the job, too, before the first is killed. */
async function waiting(host, delay) {
  const first = host('submit')
  await first.told('begun')
  const second = host('submit')
  await second.told('submitted')
  await setTimeout(delay)
  return secondsLost(second, await first.kill())
}

/** Seconds lost where a second host is started when the first has been killed. */
async function started(host, delay) {
  const first = host('submit')
  await first.told('begun')
  await setTimeout(delay)
  const killed = await first.kill()
  return secondsLost(host('resume'), killed)
}

async function secondsLost(host, killed) {
  const { status, attempt, at } = await host.told('ended')
  await host.ended()
  if (status !== 'COMPLETED' || attempt !== 2)
    throw new Error(`The job is ${status} in attempt ${attempt}, not COMPLETED in 2.`)
  return (Number(BigInt(at) - killed) / 1e6 - RUN_MS) / 1000
}
