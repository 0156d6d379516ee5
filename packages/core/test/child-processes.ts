import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** A script of this folder, as plain JavaScript that other processes can run. */
export interface Script {
  readonly path: string
  remove(): Promise<void>
}

/** Bundles a script of this folder with the sources it imports. */
export async function bundled(name: string): Promise<Script> {
  const folder = await mkdtemp(join(tmpdir(), 'script-'))
  // A child that runs as another user reads it too.
  await chmod(folder, 0o755)
  const path = join(folder, 'script.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@datalab/source'],
    logLevel: 'error',
  })
  return { path, remove: () => rm(folder, { recursive: true }) }
}

/** A child process that waits for `go()`, and says texts. */
export class Child {
  readonly process: ChildProcess
  readonly #messages: AsyncIterator<unknown[]>

  constructor(script: Script, task: unknown, options: { uid?: number } = {}) {
    this.process = fork(script.path, [JSON.stringify(task)], { execArgv: [], ...options })
    this.#messages = on(this.process, 'message', { close: ['exit'] })
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  /** What it says next; undefined when it has ended. */
  async said(): Promise<string | undefined> {
    const message = await this.#messages.next()
    return message.done === true ? undefined : String(message.value[0])
  }

  /** Lets it begin, or go on. */
  go(): void {
    this.process.send('go')
  }

  /** Stops it, like Ctrl-Z; it is stopped when this returns. */
  stop(): void {
    this.process.kill('SIGSTOP')
    while (stateOf(this.pid) !== 'T');
  }

  continue(): void {
    this.process.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const exit = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await exit
  }
}

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat[stat.lastIndexOf(')') + 2]
}
