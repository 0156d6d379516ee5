import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataLabError, Logger } from '@datalab/core'
import { eachLine, limited, type RunLog } from './process-log.js'
import { residentBytes } from './process-memory.js'
import { type ChildMessage, type HostMessage, parseChildMessage, type ReadyMessage } from './process-messages.js'
import { CHILD_VARIABLE, killGroup, killMarked, killTree } from './process-tree.js'

/** What children are started with. */
export interface WorkerOptions {
  /** The module that a child runs. */
  readonly entry: URL
  /** The URL of the set-up module. */
  readonly setup: string
  /** How long a child may take to end when it is told to. */
  readonly graceMs: number
  readonly log: Logger
}

/** How a child ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  /** Why the host ended it, where it did and told. */
  readonly reason?: DataLabError
  readonly isOutOfHeap: boolean
  /** Why there was no process at all. */
  readonly cause?: Error
}

type How = Pick<Ending, 'code' | 'signal' | 'cause'>

/** Who is told what a child does. */
export interface WorkerListener {
  onMessage(message: ChildMessage): void
  onEnd(ending: Ending): void
}

/** Output that a child leaves behind is waited for so long, and so is what clears up after it, in milliseconds. */
const CLOSE_MS = 500
const CLEAR_UP_MS = 2000

/** A child that was killed and has not ended after so many milliseconds never may: the system holds it, for a disk that does not answer. */
const KILLED_MS = 2000

/** A child process, as the host sees it. It does one thing at a time for whoever listens; while nobody does, it keeps nothing alive. */
export class ProcessWorker {
  /** Resolves when the process has ended, and what it left behind is removed. */
  readonly ended: Promise<void>
  /** What it told of itself, when it has opened the set-up module. */
  ready: ReadyMessage | undefined
  readonly #child: ChildProcess
  readonly #mark = randomUUID()
  readonly #log: Logger
  readonly #runLog: RunLog
  readonly #graceMs: number
  #listener: WorkerListener | undefined
  #facts: { readonly worker: number | undefined; readonly key?: string }
  #isSpent = false
  #reason: DataLabError | undefined
  #isOutOfHeap = false
  #patience: NodeJS.Timeout | undefined
  #giveUp: () => void = () => {}
  /** Resolves when it was killed, and has not ended. */
  readonly #held = new Promise<How>((resolve) => {
    this.#giveUp = () => {
      this.#log.error(this.#facts, 'a worker was killed and does not end: the system holds it')
      resolve({ code: null, signal: 'SIGKILL' })
    }
  })

  constructor({ entry, setup, graceMs, log }: WorkerOptions) {
    this.#graceMs = graceMs
    this.#log = log
    this.#runLog = limited(log)
    this.#child = startChild(entry, setup, this.#mark)
    this.#facts = { worker: this.pid }
    this.ended = this.#watchEnd()
    this.#child.on('message', (value) => this.#receive(value))
    this.#watchOutput()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Resident memory in bytes, where the system tells. */
  async memory(): Promise<number | undefined> {
    return this.pid === undefined ? undefined : residentBytes(this.pid)
  }

  /** Whether it cannot be given another run. */
  get isSpent(): boolean {
    const { connected, exitCode, signalCode } = this.#child
    return this.#isSpent || !connected || exitCode !== null || signalCode !== null
  }

  /** A run begins, of this job: the host stays alive for it, and the listener is told. */
  begin(key: string, listener: WorkerListener): void {
    this.#facts = { worker: this.pid, key }
    this.#listener = listener
    this.#runLog.begin()
    this.#setRef(true)
  }

  /** The run is over. */
  release(): void {
    this.#facts = { worker: this.pid }
    this.#listener = undefined
    this.#setRef(false)
  }

  /** Lets it do what it does, and gives it nothing more. */
  spend(): void {
    this.#isSpent = true
  }

  send(message: HostMessage): void {
    // What cannot be sent any more needs no answer: the end of the process is told.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  /** Ends the process, and those that it started, at once. */
  kill(reason?: DataLabError): void {
    this.spend()
    this.#reason ??= reason
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return
    killTree(this.#child)
    this.#patience ??= setTimeout(() => this.#giveUp(), KILLED_MS)
  }

  /** Tells the process to end, and ends it where it does not. Resolves when it has ended, or the system does not let it. */
  async end(): Promise<void> {
    this.spend()
    this.#setRef(true)
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.kill(), this.#graceMs)
    await this.ended
    clearTimeout(timer)
  }

  #receive(value: unknown): void {
    const message = parseChildMessage(value)
    if (message === undefined) this.#runLog.warn(this.#facts, 'a worker sent what is no message')
    else if (message.kind === 'log') this.#runLog[message.level]({ ...message.facts, ...this.#facts }, message.message)
    else if (message.kind === 'ready') this.ready = message
    else this.#listener?.onMessage(message)
  }

  async #watchEnd(): Promise<void> {
    const how = await Promise.race([endOf(this.#child), this.#held])
    clearTimeout(this.#patience)
    const wasMeant = this.#isSpent
    this.spend()
    const clearUp = Promise.all([this.#removeScratch(), killMarked(this.#mark)])
    await Promise.race([clearUp, sleep(CLEAR_UP_MS, undefined, { ref: false })])
    const reason = this.#reason === undefined ? {} : { reason: this.#reason }
    const ending: Ending = { ...how, ...reason, isOutOfHeap: this.#isOutOfHeap }
    if (this.#listener !== undefined) this.#listener.onEnd(ending)
    else if (!wasMeant) this.#log.warn({ ...this.#facts, ...ending }, 'a worker ended between two runs')
  }

  async #removeScratch(): Promise<void> {
    if (this.ready === undefined) return
    const { scratch, identity } = this.ready
    const names = await readdir(scratch).catch(() => [])
    const own = names.filter((name) => name.startsWith(`${identity}.`))
    await Promise.all(
      own.map((name) => rm(join(scratch, name), { recursive: true, force: true, maxRetries: 3 })),
    ).catch((err) => this.#log.warn({ err }, 'a scratch folder was left behind'))
  }

  #watchOutput(): void {
    const { stdout, stderr } = this.#child
    if (stdout) eachLine(stdout, (line) => this.#runLog.info({ ...this.#facts, stream: 'stdout' }, line))
    if (stderr) eachLine(stderr, (line) => this.#takeError(line))
    this.#setRef(false)
  }

  #takeError(line: string): void {
    this.#isOutOfHeap ||= line.startsWith('FATAL ERROR:') && line.includes('heap out of memory')
    this.#runLog.warn({ ...this.#facts, stream: 'stderr' }, line)
  }

  #setRef(isKept: boolean): void {
    const { stdout, stderr, channel } = this.#child
    for (const handle of [this.#child, stdout, stderr, channel] as (Referable | null | undefined)[]) {
      if (isKept) handle?.ref()
      else handle?.unref()
    }
  }
}

interface Referable {
  ref(): void
  unref(): void
}

function startChild(entry: URL, setup: string, mark: string): ChildProcess {
  return fork(entry, [String(process.pid), setup], {
    execArgv: [],
    env: { ...childEnvironment(process.env), [CHILD_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: it can be ended with all it started, and an interrupt from the keyboard is the host's to handle.
    detached: process.platform !== 'win32',
  })
}

/** The environment of the host, without what makes each Node process wait for a debugger. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, VSCODE_INSPECTOR_OPTIONS: _, ...rest } = env
  const options = NODE_OPTIONS?.replace(/(?<=^|\s)--inspect[a-z-]*([= ][\w.:[\]]+)?(?=\s|$)/g, '').trim()
  return options ? { ...rest, NODE_OPTIONS: options } : rest
}

/** Resolves when the process has ended, and what it said before has arrived. */
function endOf(child: ChildProcess): Promise<How> {
  return new Promise((resolve) => {
    child.on('error', (cause) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, cause })
    })
    child.once('exit', (code, signal) => {
      killGroup(child.pid)
      void Promise.race([allSaid(child), sleep(CLOSE_MS, undefined, { ref: false })]).then(() =>
        resolve({ code, signal }),
      )
    })
  })
}

async function allSaid(child: ChildProcess): Promise<void> {
  const { connected, stdout, stderr } = child
  const channel = connected ? [once(child, 'disconnect')] : []
  await Promise.allSettled([...channel, ...[stdout, stderr].map((stream) => stream && finished(stream))])
}
