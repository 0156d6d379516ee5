// A host of a machine, as a program of its own: node machine-host.mjs inline|processes submit|resume NUMBER
// Tells its parent when it has submitted the job, when a run of it has begun, and when it has ended: how, in which attempt, and at which
// nanosecond of the clock that all processes of a machine share. Ends with its parent.
import { setTimeout } from 'node:timers/promises'
import { createDataLab, InlineExecutor, isEnded, loadSetup } from '@datalab/core'
import { ProcessExecutor } from '@datalab/local'
import { Slow } from './slow.mjs'

const LOOK_MS = 5

process.on('disconnect', () => process.exit())
const [where, how, number] = process.argv.slice(2)
const inputs = { number: Number(number) }
const setup = new URL('machine.config.mjs', import.meta.url).href
const executor = where === 'processes' ? new ProcessExecutor({ setup }) : new InlineExecutor()
const lab = createDataLab({ ...(await loadSetup(setup)), executor })

for await (const record of how === 'resume' ? resumed() : submitted()) {
  if (record.message === 'begun') process.send({ kind: 'begun' })
  if (isEnded(record.status)) {
    const { status, attempt } = record
    process.send({ kind: 'ended', status, attempt, at: String(process.hrtime.bigint()) })
  }
}
await lab.close()
process.disconnect()

async function* submitted() {
  const job = await lab.submit(Slow, inputs)
  process.send({ kind: 'submitted' })
  yield* job.events
}

/** Looks at a job that nobody asks for here. */
async function* resumed() {
  const { key } = await lab.plan(Slow, inputs)
  await lab.resume()
  for (;;) {
    const record = await lab.get(key)
    yield record
    if (isEnded(record.status)) return
    await setTimeout(LOOK_MS)
  }
}
