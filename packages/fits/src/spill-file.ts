import { randomUUID } from 'node:crypto'
import { close, open, read, unlink, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** How long the stretches are that a file is given out in, in bytes. */
export const STRETCH_BYTES = 1024 * 1024

/** Closes what is open of a file that nobody closed; by then it has no name any more. */
const forgotten = new FinalizationRegistry<number>((handle) => close(handle, () => undefined))

/**
 * A temporary file that several write stretches of their own to: hundreds of them take one handle of the system. It is there as long as
 * somebody has a stretch, and has no name, so that nothing is left behind even by a process that is killed.
 */
export class SpillFile {
  #opened: Promise<number> | undefined
  #end = 0
  #inUse = 0
  #free: number[] = []

  /** @param folder names the folder it is in, when there is something to write */
  constructor(private readonly folder: () => string = tmpdir) {}

  /** Where a stretch begins that nobody else has. */
  take(): number {
    this.#inUse++
    const free = this.#free.pop()
    if (free !== undefined) return free
    this.#end += STRETCH_BYTES
    return this.#end - STRETCH_BYTES
  }

  /** Gives stretches back; nobody reads or writes them any more. With the last of all the file is gone. */
  async release(stretches: readonly number[]): Promise<void> {
    this.#inUse -= stretches.length
    this.#free.push(...stretches)
    if (this.#inUse > 0) return
    const opened = this.#opened
    this.#opened = undefined
    this.#end = 0
    this.#free = []
    forgotten.unregister(this)
    const handle = await opened?.catch(() => undefined)
    if (handle !== undefined) await promisify(close)(handle)
  }

  /** Writes bytes from `at` on, which lies within a stretch that is the caller's, as do they all. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    const handle = await this.#open()
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await promisify(write)(handle, bytes, done, bytes.length - done, at + done)
      done += bytesWritten
    }
  }

  /** Fills `into` with what was written from `at` on. */
  async read(at: number, into: Uint8Array): Promise<void> {
    const handle = await this.#open()
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await promisify(read)(handle, into, done, into.length - done, at + done)
      if (bytesRead === 0) throw new TypeError('bytes are asked of a file that does not hold them')
      done += bytesRead
    }
  }

  #open(): Promise<number> {
    this.#opened ??= this.#create().catch((error) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async #create(): Promise<number> {
    const path = join(this.folder(), `fits-${randomUUID()}`)
    const handle = await promisify(open)(path, 'wx+', 0o600)
    forgotten.register(this, handle, this)
    await promisify(unlink)(path)
    return handle
  }
}
