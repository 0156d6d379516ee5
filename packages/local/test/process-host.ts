import { createDataLab, loadSetup } from '@datalab/core'
import { ProcessExecutor } from '../src/process-executor.js'
import type { BehaveInputs } from './process-operations.js'

/** What this host is started with. */
export interface HostTask {
  /** The URL of its set-up module. */
  readonly setup: string
  /** How each run is to behave. */
  readonly ways: readonly BehaveInputs['how'][]
}

// Tells where its runs go on as soon as they do; when they have ended, nothing keeps it alive but what it has not let go.
const { setup, ways }: HostTask = JSON.parse(process.argv[2] ?? '')
const host = createDataLab({ ...(await loadSetup(setup)), executor: new ProcessExecutor({ setup, concurrency: 2 }) })
await Promise.all(ways.map(run))
process.disconnect()

async function run(how: BehaveInputs['how'], index: number): Promise<void> {
  const job = await host.submit('Behave', { how, name: String(index) })
  for await (const { message, status } of job.events) process.send?.(message ?? status)
}
