import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io, TextStream } from '../src/io.js'
import { main } from '../src/main.js'
import type { Offers } from '../src/operations.js'

/** What a command did. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A stream that keeps what is written to it. */
export function memoryStream(options: { isTTY?: boolean; columns?: number } = {}): TextStream & { text: string } {
  return {
    ...options,
    text: '',
    write(text, done) {
      this.text += text
      done()
    },
    on() {},
  }
}

/** An `Io` without a process. */
export function memoryIo(options: Partial<Io> & { input?: string } = {}) {
  const listeners = new Set<() => void>()
  const exits: number[] = []
  const { input = '', ...others } = options
  const io = {
    stdout: memoryStream(),
    stderr: memoryStream(),
    stdin: [Buffer.from(input)] as unknown as AsyncIterable<Uint8Array>,
    cwd: process.cwd(),
    env: {},
    onSignal(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    saveMemory() {},
    exit: (code: number) => exits.push(code),
    ...others,
  }
  const interrupt = () => {
    for (const listener of listeners) listener()
  }
  return { io: io as Io & { stdout: { text: string }; stderr: { text: string } }, interrupt, exits }
}

/** Runs `datalab` without a process. */
export async function runMain(
  argv: readonly string[],
  options: Partial<Io> & { input?: string; offers?: Offers } = {},
): Promise<Outcome> {
  const { offers, ...rest } = options
  const { io } = memoryIo(rest)
  const code = await main(argv, io, offers)
  return { code, stdout: io.stdout.text, stderr: io.stderr.text }
}

/** A folder that is removed when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'datalab-cli-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The names of all files below a folder, with `/` between them, but those of the records; undefined where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[] | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined)
  const files = entries?.filter((entry) => !entry.isDirectory())
  const names = files?.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return names?.filter((name) => !name.startsWith('.datalab/records.sqlite')).sort()
}
