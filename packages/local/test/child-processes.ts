import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** A script of this folder, as plain JavaScript that other processes can run. */
export interface Script {
  readonly path: string
  remove(): Promise<void>
}

/** Bundles a script of this folder with the sources it imports into one file, as a host might do. */
export async function bundled(name: string): Promise<Script> {
  // Below this package, so that what is not bundled is found.
  const parent = join(import.meta.dirname, '../node_modules/.cache')
  mkdirSync(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'script-'))
  const path = join(folder, 'script.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@datalab/source'],
    external: ['libsql'],
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
    },
    logLevel: 'error',
  })
  return { path, remove: () => rm(folder, { recursive: true }) }
}

/** A child process that says texts, and waits for `go()` where it says so. */
export class Child {
  readonly process: ChildProcess
  readonly #messages: AsyncIterator<unknown[]>

  constructor(script: Script, task: unknown) {
    this.process = fork(script.path, [JSON.stringify(task)], { execArgv: [] })
    this.#messages = on(this.process, 'message', { close: ['exit'] })
  }

  /** What it says next; undefined when it has ended. */
  async said(): Promise<string | undefined> {
    const message = await this.#messages.next()
    return message.done === true ? undefined : String(message.value[0])
  }

  go(): void {
    this.process.send('go')
  }

  /** Stops it, like Ctrl-Z; it is stopped when this returns. */
  stop(): void {
    this.process.kill('SIGSTOP')
    while (stateOf(this.process.pid ?? 0) !== 'T');
  }

  continue(): void {
    this.process.kill('SIGCONT')
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit')
    return this.process.exitCode ?? this.process.signalCode
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended()
  }
}

function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat[stat.lastIndexOf(')') + 2]
}
