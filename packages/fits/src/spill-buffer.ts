import { randomUUID } from 'node:crypto'
import { close, open, read, unlink, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const BLOCK_BYTES = 1024 * 1024

/** Closes the file of a buffer that nobody closed; by then it has no name any more. */
const forgotten = new FinalizationRegistry<number>((file) => close(file, () => undefined))

/** Where a buffer keeps what it holds. */
export interface SpillOptions {
  /** The most that is kept in memory, in bytes. */
  readonly memoryBytes: number
  /** Names the folder for the rest, when there is some. */
  readonly folder?: () => string
  /** Of which it takes what it keeps in memory: where there is no more, the rest goes to the file as well. */
  readonly room?: SharedRoom | undefined
}

/** Memory that several buffers share. */
export class SharedRoom {
  constructor(private bytes: number) {}

  /** Takes so much, where it is there. */
  take(bytes: number): boolean {
    if (bytes > this.bytes) return false
    this.bytes -= bytes
    return true
  }

  release(bytes: number): void {
    this.bytes += bytes
  }
}

/**
 * Bytes that are written once, one after the other, and read anywhere: in memory as far as there is room, then in a temporary file without
 * a name, so that nothing is left behind even by a process that is killed.
 */
export class SpillBuffer {
  #memoryBytes: number
  readonly #room: SharedRoom | undefined
  #taken = 0
  readonly #folder: () => string
  readonly #blocks: Uint8Array<ArrayBuffer>[] = []
  #length = 0
  #file: Promise<number> | undefined
  #isClosed = false

  constructor({ memoryBytes, folder = tmpdir, room }: SpillOptions) {
    this.#room = room
    this.#memoryBytes = Math.ceil(memoryBytes / BLOCK_BYTES) * BLOCK_BYTES
    this.#folder = folder
  }

  /** Bytes it holds. */
  get length(): number {
    return this.#length
  }

  /** Adds bytes, which are only read, at the end. One call at a time. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#checkOpen()
    this.#makeRoom(bytes.length)
    const kept = Math.max(0, Math.min(bytes.length, this.#memoryBytes - this.#length))
    this.#appendToMemory(bytes.subarray(0, kept))
    if (kept < bytes.length) await this.#appendToFile(bytes.subarray(kept), this.#length + kept - this.#memoryBytes)
    this.#length += bytes.length
  }

  /** Fills `into` with the bytes from `offset` on; they must be there. */
  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkOpen()
    const kept = Math.max(0, Math.min(into.length, this.#memoryBytes - offset))
    for (let done = 0; done < kept; ) {
      const at = offset + done
      const block = this.#blocks[Math.floor(at / BLOCK_BYTES)]!
      const part = block.subarray(at % BLOCK_BYTES, Math.min(BLOCK_BYTES, (at % BLOCK_BYTES) + kept - done))
      into.set(part, done)
      done += part.length
    }
    if (kept < into.length) await this.#readFile(offset + kept - this.#memoryBytes, into.subarray(kept))
  }

  /** What it holds, in pieces of at most a megabyte, which are the caller's: what is in memory is handed over. It is closed by the end. */
  async *drain(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const length = this.#length
    const kept = Math.min(length, this.#memoryBytes)
    for (let at = 0; at < kept; at += BLOCK_BYTES) yield this.#blocks.shift()!.subarray(0, kept - at)
    for (let at = kept; at < length; at += BLOCK_BYTES) {
      const piece = new Uint8Array(Math.min(BLOCK_BYTES, length - at))
      await this.#readFile(at - kept, piece)
      yield piece
    }
    await this.close()
  }

  /** Releases all. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#blocks.length = 0
    this.#room?.release(this.#taken)
    this.#taken = 0
    const opened = this.#file
    this.#file = undefined
    const file = await opened?.catch(() => undefined)
    forgotten.unregister(this)
    if (file !== undefined) await promisify(close)(file)
  }

  /** Adds blocks for so many more bytes, as long as there is room for them. */
  #makeRoom(bytes: number): void {
    const wanted = Math.ceil(Math.min(this.#length + bytes, this.#memoryBytes) / BLOCK_BYTES)
    while (this.#blocks.length < wanted) {
      if (this.#room?.take(BLOCK_BYTES) === false) {
        this.#memoryBytes = this.#blocks.length * BLOCK_BYTES
        return
      }
      this.#taken += BLOCK_BYTES
      this.#blocks.push(new Uint8Array(BLOCK_BYTES))
    }
  }

  #appendToMemory(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = this.#length + done
      const part = bytes.subarray(done, done + BLOCK_BYTES - (at % BLOCK_BYTES))
      this.#blocks[Math.floor(at / BLOCK_BYTES)]!.set(part, at % BLOCK_BYTES)
      done += part.length
    }
  }

  async #appendToFile(bytes: Uint8Array, at: number): Promise<void> {
    this.#file ??= this.#openFile()
    const file = await this.#file
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await promisify(write)(file, bytes, done, bytes.length - done, at + done)
      done += bytesWritten
    }
  }

  async #readFile(at: number, into: Uint8Array): Promise<void> {
    const file = await this.#file!
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await promisify(read)(file, into, done, into.length - done, at + done)
      if (bytesRead === 0) throw new TypeError('bytes are asked of a buffer that does not hold them')
      done += bytesRead
    }
  }

  async #openFile(): Promise<number> {
    const path = join(this.#folder(), `fits-${randomUUID()}`)
    const file = await promisify(open)(path, 'wx+', 0o600)
    forgotten.register(this, file, this)
    await promisify(unlink)(path)
    return file
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TypeError('the file is closed')
  }
}
