import { failure } from './command-error.js'
import type { Io, TextStream } from './io.js'
import { printable } from './printable.js'

const CLEAR = '\r\u001b[K'
const watched = new WeakSet<TextStream>()

/** The two streams a command writes to: what was asked for goes to one, what is said about it to the other. */
export class Terminal {
  /** Whether a line can be redrawn in place. */
  readonly isLive: boolean
  readonly #stdout: TextStream
  readonly #stderr: TextStream
  #hasStatus = false

  constructor(io: Io) {
    this.#stdout = io.stdout
    this.#stderr = io.stderr
    this.isLive = io.stderr.isTTY === true && io.env.TERM !== 'dumb'
    for (const stream of [io.stdout, io.stderr]) watch(stream)
  }

  /** How many characters go into a line of the status. */
  get columns(): number {
    return this.#stderr.columns || 80
  }

  /**
   * Writes to the standard output. Resolves when it is written, or when nobody reads it any more.
   *
   * @throws CommandError when it cannot be written.
   */
  async print(text: string): Promise<void> {
    this.clearStatus()
    try {
      await written(this.#stdout, text)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw failure(`The standard output cannot be written (${code}).`, error)
    }
  }

  /** Writes a line to the standard error. */
  note(text: string): void {
    this.clearStatus()
    this.#stderr.write(`${printable(text)}\n`, () => {})
  }

  /** Replaces the line at the bottom of a live terminal; elsewhere nothing happens. */
  setStatus(line: string): void {
    if (!this.isLive) return
    this.#hasStatus = true
    this.#stderr.write(`${CLEAR}${line}`, () => {})
  }

  clearStatus(): void {
    if (!this.#hasStatus) return
    this.#hasStatus = false
    this.#stderr.write(CLEAR, () => {})
  }
}

/** A stream's errors reach those who wrote; as events they would end the process. */
function watch(stream: TextStream): void {
  if (watched.has(stream)) return
  watched.add(stream)
  stream.on('error', () => {})
}

function written(stream: TextStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error && !isClosed(error) ? reject(error) : resolve()))
  })
}

/** Whether the reader has gone, as `head` does when it has enough. */
function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
}
