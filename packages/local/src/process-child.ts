import { AsyncLocalStorage } from 'node:async_hooks'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import {
  createPerform,
  DataLabError,
  errorFromJSON,
  loadSetup,
  type PerformRequest,
  processIdentity,
  type RunParts,
  runParts,
  type SerializedError,
  type StoredOutput,
  serializeError,
} from '@datalab/core'
import { relayLog } from './process-log.js'
import type { ChildMessage, HostMessage, ReadyMessage } from './process-messages.js'
import { RelayReporter } from './process-reporter.js'
import { ProcessActivity, ProcessState } from './process-state.js'
import { CHILD_VARIABLE, killGroup, killMarked } from './process-tree.js'
import { endWithParent } from './process-watchdog.js'

// The program of a child process: opens the set-up module once, then performs one run after the other, as the host asks.

interface Run {
  readonly number: number
  readonly abort: AbortController
  readonly reporter: RelayReporter
  /** Tells what came of it, and whether the process does no other; there once it is over, while the process is made ready for the next. */
  tell?: ((isLast: boolean) => void) | undefined
}

interface Ready {
  readonly parts: RunParts
  /** The process as the set-up module has left it. */
  readonly state: ProcessState
}

const [parent = '', setup = ''] = process.argv.slice(2)
const channel = process.send?.bind(process)
let run: Run | undefined
/** Whether there was a run before: it may have left something going on. */
let isUsed = false
/** The number of the run that something was begun by. */
const begunBy = new AsyncLocalStorage<number>()

endWithParent(Number(parent))
process.on('message', receive)
process.on('disconnect', end)
process.on('uncaughtException', fail)
const log = relayLog(send)
const opened = open()
// Each run that needs it is told.
opened.catch(() => {})

function send(message: ChildMessage, sent: () => void = () => {}): void {
  if (process.connected) channel?.(message, undefined, undefined, sent)
}

async function open(): Promise<Ready> {
  const options = await loadSetup(setup)
  const parts = { ...runParts(options, options.executor?.concurrency ?? availableParallelism()), log }
  if (parts.storage.reach === 'process') throw unshared()
  send(await readiness(parts))
  return { parts, state: new ProcessState() }
}

async function readiness(parts: RunParts): Promise<ReadyMessage> {
  const limits = parts.operations.list().flatMap(({ info }) => {
    const memory = info.limits?.memory
    return memory === undefined ? [] : [[info.id, memory] as const]
  })
  const scratch = await scratchRoot(parts)
  return { kind: 'ready', identity: processIdentity(), scratch, memory: Object.fromEntries(limits) }
}

/** Empty where no run can have a scratch folder. */
async function scratchRoot({ scratch }: RunParts): Promise<string> {
  try {
    const folder = scratch.create()
    await folder.remove()
    return dirname(folder.path)
  } catch {
    return ''
  }
}

function receive(message: HostMessage): void {
  if (message.kind === 'perform') void perform(message.run, message.request)
  else if (message.run !== run?.number) return
  else if (message.kind === 'abort') run.abort.abort(errorFromJSON(message.reason))
  else run.reporter.settle(message.write, message.error)
}

async function perform(number: number, request: PerformRequest): Promise<void> {
  const current: Run = { number, abort: new AbortController(), reporter: new RelayReporter(number, send) }
  run = current
  log.begin()
  const ready = await opened.catch((error) => {
    run = undefined
    sendFailure(number, error, true)
  })
  if (ready === undefined) return
  ready.state.restore()
  const activity = new ProcessActivity()
  current.tell = await outcomeOf(current, () =>
    createPerform(ready.parts)(frozen(request), current.reporter, current.abort.signal),
  )
  current.reporter.flush()
  const isLast = !(await isAsBefore(ready, activity))
  run = undefined
  isUsed = true
  current.tell?.(isLast)
}

/** What comes of a run, to be told. */
async function outcomeOf({ number }: Run, work: () => Promise<StoredOutput>): Promise<Run['tell']> {
  try {
    const output = await begunBy.run(number, work)
    return (isSpent) => send({ kind: 'done', run: number, output, isSpent })
  } catch (error) {
    return (isLast) => sendFailure(number, error, isLast)
  }
}

/** Whether the run that is over has left nothing that the next one could meet. */
async function isAsBefore({ state }: Ready, activity: ProcessActivity): Promise<boolean> {
  const hasEnded = await activity.hasEnded()
  const isRestored = state.restore()
  return hasEnded && isRestored && state.isUnchanged()
}

/** The host is gone, or has no more use for this process: it ends when what was printed has arrived, whatever operations left going on. */
function end(): void {
  process.stdout.write('', () => process.stderr.write('', () => void endAll()))
}

/** With what operations have started: where the host is gone, nobody else ends that. */
async function endAll(): Promise<void> {
  await killMarked(process.env[CHILD_VARIABLE] ?? '')
  if (process.ppid !== Number(parent)) killGroup(process.pid)
  process.exit()
}

/** What nobody caught has left this process in a state that nobody knows. */
function fail(error: unknown): void {
  const failing = begunBy.getStore()
  if (run === undefined) {
    log.error({ err: serializeError(error) }, 'a worker failed between two runs')
    process.exit(1)
  } else if (run.tell !== undefined) {
    log.error({ err: serializeError(error) }, 'what a run left going on failed')
    run.tell(true)
    end()
  } else if (failing === run.number || (failing === undefined && !isUsed)) {
    sendFailure(run.number, error, true)
  } else {
    log.error({ err: serializeError(error) }, 'what an earlier run left going on failed')
    sendFailure(run.number, leftover(), true)
  }
}

function sendFailure(number: number, error: unknown, isLast: boolean): void {
  const failed = (json: SerializedError): ChildMessage => ({ kind: 'failed', run: number, error: json, isLast })
  const sent = isLast ? () => process.exit(1) : undefined
  const json = serializeError(error)
  try {
    send(failed(json), sent)
  } catch {
    // Its details are nothing that can be sent.
    const { code, message, audience, retryable } = json
    send(failed(serializeError(new DataLabError(code, message, { audience, retryable }))), sent)
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

/** It may be another run's failure: this one is done again, in another process. */
function leftover(): DataLabError {
  const message =
    'The worker stopped, since something failed in it that an earlier job had left going on. Submit it again.'
  return new DataLabError('DATALAB_WORKER_STOPPED', message, { audience: 'user', retryable: true })
}

function unshared(): DataLabError {
  const message = `The set-up module ${setup} keeps results in a process's memory, where other processes do not find them. Give it a storage that processes share, such as FileStorage.`
  return new DataLabError('DATALAB_SETUP_INVALID', message, { details: { url: setup } })
}
