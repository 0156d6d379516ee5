import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** What a run leaves going on may take so long to end, in milliseconds, looked at so often. */
const PATIENCE_MS = 50
const LOOK_MS = 5

/** Who adds listeners to these decides what becomes of others' errors. */
const FATAL_EVENTS = ['uncaughtException', 'unhandledRejection', 'uncaughtExceptionMonitor'] as const

/** What a run can change of its process for those that come after it there. */
export class ProcessState {
  readonly #folder = currentFolder()
  readonly #mask = process.umask()
  readonly #exitCode = process.exitCode
  readonly #environment: Readonly<NodeJS.ProcessEnv> = { ...process.env }
  readonly #listeners = fatalListeners()

  /**
   * Puts back the working folder, the mask of new files and the exit code. False where that cannot be, and where the environment, or who hears
   * of fatal errors, is not what it was: a library may rely on what it has set once.
   */
  restore(): boolean {
    process.umask(this.#mask)
    process.exitCode = this.#exitCode
    const isFolder = this.#restoreFolder()
    return isFolder && isDeepStrictEqual({ ...process.env }, this.#environment) && fatalListeners() === this.#listeners
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

function fatalListeners(): number {
  return FATAL_EVENTS.reduce((sum, event) => sum + process.listenerCount(event), 0)
}
