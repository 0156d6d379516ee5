import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createDataLab,
  type DataLab,
  DataLabError,
  type DataLabOptions,
  isDataLabError,
  type Logger,
  loadSetup,
  runParts,
  silentLogger,
  withinTime,
} from '@datalab/core'
import { ProcessExecutor, type ProcessExecutorOptions } from '@datalab/local'
import { BullMQExecutor, type BullMQExecutorOptions } from './bullmq-executor.js'
import { checkStorage } from './check-storage.js'
import { type MonitorAddress, WorkerMonitor } from './monitor.js'
import { offeredLabels } from './offered-labels.js'
import type { WorkplaceOptions } from './workplace.js'

/** How a worker works. */
export interface StartWorkerOptions extends Omit<ProcessExecutorOptions, 'setup'> {
  /** The set-up module of the hosts, which the worker and its child processes open: its URL, or its path. Its executor is a {@link BullMQExecutor}. */
  readonly setup: URL | string
  /** The ids of the operations that it runs; all of the set-up where absent. */
  readonly operations?: readonly string[]
  /** Where it tells how it is: `/health` and `/metrics` (Prometheus) over HTTP; nowhere where absent. */
  readonly monitor?: MonitorAddress
  /** Where it logs; as the set-up says where absent. */
  readonly log?: Logger
}

/** How a worker is closed. */
export interface CloseWorkerOptions {
  /** For so many milliseconds what goes on may end; 0 by default. What has not ended by then is given back, for other workers. */
  readonly graceMs?: number
}

/** A worker that was started. */
export interface FleetWorker {
  /** The labels of the jobs it runs: operation and revision. */
  readonly labels: readonly string[]
  /** How many runs go on. */
  readonly going: number
  /** Where it tells how it is: `http://127.0.0.1:9400`. */
  readonly monitorUrl: string | undefined
  /** Fetches no more, and lets what goes on end or gives it back. Resolves when all is closed. */
  close(options?: CloseWorkerOptions): Promise<void>
}

/**
 * Starts to do runs that hosts of the same set-up submit, in child processes. While Redis is away it waits for it. It puts an object into the
 * storage and deletes it again: a worker that may not write there takes no runs from others.
 *
 * @throws DATALAB_SETUP_INVALID for a set-up module without a {@link BullMQExecutor}, or whose storage or sources other machines do not see;
 * REDIS_UNSUITABLE; STORAGE_FORBIDDEN and what else a storage throws that does not pass; DATALAB_OPERATION_UNKNOWN
 * @example
 * const worker = await startWorker({ setup: import.meta.resolve('./datalab.config.js'), concurrency: 4 })
 * process.once('SIGTERM', () => worker.close({ graceMs: 30_000 }))
 */
export async function startWorker(options: StartWorkerOptions): Promise<FleetWorker> {
  const setup = urlOf(options.setup)
  const made = await loadSetup(setup)
  const host: DataLabOptions = options.log === undefined ? made : { ...made, log: options.log }
  if (host.storage !== undefined) await checkStorage(host.storage, host.log ?? silentLogger)
  const labels = offeredLabels(runParts(host), options.operations)
  const { concurrency = availableParallelism() } = options
  const monitor = new WorkerMonitor(concurrency)
  const workplace: WorkplaceOptions = {
    executor: new ProcessExecutor({ ...options, concurrency, setup }),
    concurrency,
    labels,
    onTurn: ({ operationId }, seconds) => monitor.count(operationId, seconds),
    // A delivery lasts as long as the lease of its run.
    ...(host.leaseMs !== undefined && { lockMs: host.leaseMs }),
  }
  const executor = new BullMQExecutor({ ...fleetOf(host, setup), workplace })
  const lab = createDataLab({ ...host, executor })
  try {
    await begin(lab, executor, host.log ?? silentLogger)
    await monitor.start(executor, options.monitor)
  } catch (error) {
    await lab.close()
    throw error
  }
  return workerOf(lab, executor, monitor, [...labels.keys()])
}

function workerOf(lab: DataLab, executor: BullMQExecutor, monitor: WorkerMonitor, labels: string[]): FleetWorker {
  return {
    labels,
    get going() {
      return executor.going
    },
    monitorUrl: monitor.url,
    close: ({ graceMs = 0 } = {}) => close(lab, executor, monitor, graceMs),
  }
}

async function begin(lab: DataLab, executor: BullMQExecutor, log: Logger): Promise<void> {
  try {
    await executor.connect()
  } catch (err) {
    if (!isDataLabError(err) || !err.retryable) throw err
    log.warn({ err }, 'Redis does not answer: this worker waits for it')
  }
  await lab.tidy()
}

async function close(lab: DataLab, executor: BullMQExecutor, monitor: WorkerMonitor, graceMs: number): Promise<void> {
  monitor.isClosing = true
  await withinTime(executor.finish(), graceMs, () => undefined).catch(() => {})
  await lab.close()
  await monitor.close()
}

/** How hosts of a set-up reach their workers. */
function fleetOf({ executor }: DataLabOptions, url: string): BullMQExecutorOptions {
  // Not by its class: the set-up module may have another copy of this package.
  const options = (executor as Partial<BullMQExecutor> | undefined)?.options
  if (options?.redis !== undefined) return options
  const message = `The set-up module ${url} has no BullMQExecutor, by which workers get their runs. Give it one: executor: new BullMQExecutor({ redis }).`
  throw new DataLabError('DATALAB_SETUP_INVALID', message, { details: { url } })
}

function urlOf(setup: URL | string): string {
  return typeof setup === 'string' && isAbsolute(setup) ? pathToFileURL(setup).href : String(setup)
}
