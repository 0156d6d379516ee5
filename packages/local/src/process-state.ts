import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { ProcessGlobals } from './process-globals.js'

/** What a run leaves going on may take so long to end, in milliseconds, looked at so often. */
const PATIENCE_MS = 50
const LOOK_MS = 5

/** Who adds listeners to these decides what becomes of others' errors, or hears what is meant for others. */
const WATCHED_EVENTS: readonly (string | symbol)[] = [
  ...['uncaughtException', 'unhandledRejection', 'uncaughtExceptionMonitor'],
  ...['message', 'disconnect'],
]

/** What a run can change of its process for those that come after it there. */
export class ProcessState {
  readonly #folder = currentFolder()
  readonly #mask = process.umask()
  readonly #exitCode = process.exitCode
  readonly #environment: Readonly<NodeJS.ProcessEnv> = { ...process.env }
  readonly #listeners = allListeners()
  readonly #globals = new ProcessGlobals()

  /** Puts back the working folder, the mask of new files and the exit code. False where that cannot be. */
  restore(): boolean {
    process.umask(this.#mask)
    process.exitCode = this.#exitCode
    return this.#restoreFolder()
  }

  /**
   * Whether the rest is what it was, which is not put back, since a library may rely on what it has set once: the environment, the objects that all
   * code shares, and who hears of fatal errors and of the host. Nobody else who listened to the process has been sent away.
   */
  isUnchanged(): boolean {
    return (
      this.#globals.areAsBefore() &&
      isDeepStrictEqual({ ...process.env }, this.#environment) &&
      !process.hasUncaughtExceptionCaptureCallback() &&
      this.#hasListeners()
    )
  }

  #hasListeners(): boolean {
    const isThere = WATCHED_EVENTS.every((event) => this.#listeners.has(event) || process.listenerCount(event) === 0)
    return isThere && [...this.#listeners].every(([event, listeners]) => hasAll(event, listeners))
  }

  #restoreFolder(): boolean {
    if (currentFolder() === this.#folder) return true
    try {
      process.chdir(this.#folder ?? '')
      return true
    } catch {
      return false
    }
  }
}

/** What keeps a process going, timers and sockets among it, as it is when this is made. */
export class ProcessActivity {
  readonly #before = activities()

  /** Whether nothing more goes on than before, soon. */
  async hasEnded(): Promise<boolean> {
    for (let waited = 0; waited <= PATIENCE_MS; waited += LOOK_MS) {
      if (!this.#hasMore()) return true
      await sleep(LOOK_MS, undefined, { ref: false })
    }
    return false
  }

  #hasMore(): boolean {
    return [...activities()].some(([kind, count]) => count > (this.#before.get(kind) ?? 0))
  }
}

/** How many there are of each kind. Who prints for the first time opens a stream: that is done before. */
function activities(): Map<string, number> {
  void [process.stdout, process.stderr]
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Undefined where it was deleted. */
function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

type Listeners = readonly unknown[]

function allListeners(): ReadonlyMap<string | symbol, Listeners> {
  return new Map(process.eventNames().map((event) => [event, process.rawListeners(event as 'message')]))
}

function hasAll(event: string | symbol, before: Listeners): boolean {
  const now: Listeners = process.rawListeners(event as 'message')
  const isWatched = WATCHED_EVENTS.includes(event)
  return before.every((listener) => now.includes(listener)) && (!isWatched || now.length === before.length)
}
