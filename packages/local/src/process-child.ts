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
  serializeError,
} from '@datalab/core'
import { relayLog } from './process-log.js'
import type { ChildMessage, HostMessage, ReadyMessage } from './process-messages.js'
import { RelayReporter } from './process-reporter.js'
import { endWithParent } from './process-watchdog.js'

// The program of a child process: opens the set-up module once, then performs one run after the other, as the host asks.

interface Run {
  readonly number: number
  readonly abort: AbortController
  readonly reporter: RelayReporter
}

const [parent = '', setup = ''] = process.argv.slice(2)
const channel = process.send?.bind(process)
let run: Run | undefined

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

async function open(): Promise<RunParts> {
  const parts = { ...runParts(await loadSetup(setup)), log }
  if (parts.storage.reach === 'process') throw unshared()
  send(await readiness(parts))
  return parts
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
  const abort = new AbortController()
  const reporter = new RelayReporter(number, send)
  run = { number, abort, reporter }
  log.begin()
  let isOpen = false
  try {
    const parts = await opened
    isOpen = true
    const output = await createPerform(parts)(frozen(request), reporter, abort.signal)
    reporter.flush()
    run = undefined
    send({ kind: 'done', run: number, output })
  } catch (error) {
    reporter.flush()
    run = undefined
    sendFailure(number, error, !isOpen)
  }
}

/** The host is gone, or has no more use for this process: it ends when what was printed has arrived, whatever operations left going on. */
function end(): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
}

/** What nobody caught has left this process in a state that nobody knows. */
function fail(error: unknown): void {
  if (run !== undefined) {
    sendFailure(run.number, error, true)
  } else {
    log.error({ err: serializeError(error) }, 'a worker failed between two runs')
    process.exit(1)
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

function unshared(): DataLabError {
  const message = `The set-up module ${setup} keeps results in a process's memory, where other processes do not find them. Give it a storage that processes share, such as FileStorage.`
  return new DataLabError('DATALAB_SETUP_INVALID', message, { details: { url: setup } })
}
