/** Where text goes: a stream of Node, or what looks like one. */
export interface TextStream {
  write(text: string, done: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** All that a command knows of the process it runs in. */
export interface Io {
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back when the user, or the system, asks the process to end, instead of ending it; until the function returned is called. */
  onSignal(listener: () => void): () => void
  /** Has the process look for memory that is free again before it takes more: it takes less, and works a little longer. */
  saveMemory(): void
  /** Ends the process now. */
  exit(code: number): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** This process. */
export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // Not before it is asked for: looking at it opens it.
    get stdin() {
      return process.stdin
    },
    cwd: process.cwd(),
    env: process.env,
    onSignal(listener) {
      for (const signal of SIGNALS) process.on(signal, listener)
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener)
      }
    },
    // V8 lets the room for what is new grow to 32 MB otherwise, for what happens to be needed whenever it looks for garbage.
    saveMemory: () => process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1'),
    exit: (code) => process.exit(code),
  }
}
