// A host of a round: submits jobs at random, takes some back, looks at results, collects garbage, and resumes what others left behind, until
// it is told to end by SIGTERM. STRESS_SEED says what it draws.
import { setTimeout as sleep } from 'node:timers/promises'
import { isDataLabError, openDataLab, readAll } from '@datalab/core'
import { seededRandom } from '@datalab/testing'
import { chained, JOBS, PAIRS } from './jobs.mjs'
import { note, noteViolation } from './journal.mjs'
import { cache } from './setup.config.mjs'

/** How many things it has going on at once. */
const BUSY = 4
/** What may become of a job whose workers and inputs are taken away: anything else is wrong. */
const FAILURES = [
  'DATALAB_FAILED',
  'DATALAB_WORKER_STOPPED',
  'DATALAB_ABORTED',
  'DATALAB_JOB_FORGOTTEN',
  'DATALAB_CLOSED',
]
/** Besides, of a job among whose inputs are results, which may be collected just before it is submitted. */
const GONE = ['DATALAB_INPUT_INVALID', 'SOURCE_NOT_FOUND']

const parent = process.ppid
const random = seededRandom(Number(process.env.STRESS_SEED))
const lab = await openDataLab(import.meta.resolve('./setup.config.mjs'))
const keys = []
const going = new Set()
let isEnding = false

process.once('SIGTERM', () => void end())
begin(resume())
while (!isEnding) {
  if (process.ppid !== parent) process.exit(1)
  begin(draw())
  await sleep(random.between(2, 40))
  while (going.size >= BUSY && !isEnding) await Promise.race(going)
}

async function end() {
  isEnding = true
  await lab.close()
  await cache.close()
  note('closed')
  process.exit()
}

async function resume() {
  note('host', { resumed: await lab.resume() })
}

/** Some work, as likely as it is here. */
function draw() {
  const chance = random.uniform()
  if (chance < 0.55) return runOne(some(JOBS))
  if (chance < 0.7) return runChained(some(PAIRS))
  if (chance < 0.82) return resume()
  if (chance < 0.9) return look()
  return collect()
}

function some(list) {
  return list[random.integer(list.length)]
}

function begin(work) {
  const handled = work.catch((error) => {
    if (!isEnding || !isDataLabError(error, 'DATALAB_CLOSED')) noteViolation('a host failed', { error: error.stack })
  })
  const done = handled.finally(() => going.delete(done))
  going.add(done)
}

async function runOne({ operation, inputs }, more = []) {
  const [force, cancelAfter] = [random.uniform() < 0.2, random.uniform() < 0.12 ? random.between(0, 300) : undefined]
  const { key } = await lab.plan(operation, inputs)
  note('asked', { key, operation, inputs })
  const job = await lab.submit(operation, inputs, { force })
  note('submitted', { key, force, cached: job.cached })
  keys.push(key)
  if (cancelAfter !== undefined) {
    await sleep(cancelAfter)
    await job.cancel()
    note('cancelled', { key })
  }
  const status = await job.result().then(
    () => 'COMPLETED',
    ({ code }) => code,
  )
  const mayBe = ['COMPLETED', ...FAILURES, ...more]
  if (!mayBe.includes(status)) noteViolation('a job ended as it must not', { key, record: await job.record() })
  note('ended', { key, status })
}

async function runChained(parents) {
  const plans = await Promise.all(parents.map(({ operation, inputs }) => lab.plan(operation, inputs)))
  if (!plans.every(({ cached }) => cached)) return
  await runOne(chained(plans.map(({ key }) => key)), GONE).catch((error) => {
    if (!isDataLabError(error, ...GONE)) throw error
  })
}

/** Reads a result as users do. */
async function look() {
  const record = keys.length === 0 ? undefined : await lab.get(some(keys))
  for (const { basename, ...file } of record?.output?.output_files ?? []) {
    const role = 'fits_url' in file ? 'fits' : 'txt'
    const opened = await lab.open(basename, role)
    if (opened === undefined) continue
    const { length } = await readAll(opened, { limit: 1e6 }).finally(() => opened.close())
    if (length !== opened.size) noteViolation('an open object ended early', { basename, length, size: opened.size })
  }
}

async function collect() {
  const resultLife = random.uniform() < 0.4 ? 0 : Number.POSITIVE_INFINITY
  note('garbage', await lab.collectGarbage({ resultLife, urlLife: 0 }))
}
