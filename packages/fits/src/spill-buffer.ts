import type { SharedRoom } from './shared-room.js'
import { SpillFile, STRETCH_BYTES } from './spill-file.js'

/** Where a buffer keeps what it holds. */
export interface SpillOptions {
  /** The most that is kept in memory, in bytes. */
  readonly memoryBytes: number
  /** Names the folder for the rest, when there is some. It has a file of its own there, unless it shares one. */
  readonly folder?: () => string
  /** Of which it takes what it keeps in memory: where there is no more, the rest goes to the room's file. */
  readonly room?: SharedRoom | undefined
}

/** Bytes that are written once, one after the other, and read anywhere: in memory as far as there is room, then in a temporary file. */
export class SpillBuffer {
  #memoryBytes: number
  readonly #room: SharedRoom | undefined
  #taken = 0
  readonly #blocks: Uint8Array<ArrayBuffer>[] = []
  #length = 0
  readonly #file: SpillFile
  /** Where in the file the bytes are that come after those in memory. */
  #stretches: number[] = []
  #appended = Promise.resolve()
  #isClosed = false

  constructor({ memoryBytes, folder, room }: SpillOptions) {
    this.#room = room
    this.#memoryBytes = Math.ceil(memoryBytes / STRETCH_BYTES) * STRETCH_BYTES
    this.#file = room?.file ?? new SpillFile(folder)
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
    if (kept < bytes.length) {
      this.#appended = this.#appendToFile(bytes.subarray(kept), this.#length + kept - this.#memoryBytes)
      await this.#appended
    }
    this.#length += bytes.length
  }

  /** Fills `into` with the bytes from `offset` on; they must be there. */
  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkOpen()
    const kept = Math.max(0, Math.min(into.length, this.#memoryBytes - offset))
    for (let done = 0; done < kept; ) {
      const at = offset + done
      const block = this.#blocks[Math.floor(at / STRETCH_BYTES)]!
      const part = block.subarray(at % STRETCH_BYTES, Math.min(STRETCH_BYTES, (at % STRETCH_BYTES) + kept - done))
      into.set(part, done)
      done += part.length
    }
    if (kept < into.length) await this.#readFile(offset + kept - this.#memoryBytes, into.subarray(kept))
  }

  /** What it holds, in pieces of at most a megabyte, which are the caller's: what is in memory is handed over. It is closed by the end. */
  async *drain(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const length = this.#length
    const kept = Math.min(length, this.#memoryBytes)
    for (let at = 0; at < kept; at += STRETCH_BYTES) yield this.#blocks.shift()!.subarray(0, kept - at)
    for (let at = kept; at < length; at += STRETCH_BYTES) {
      const piece = new Uint8Array(Math.min(STRETCH_BYTES, length - at))
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
    // What is being written is, before others may write there.
    await this.#appended.catch(() => undefined)
    const stretches = this.#stretches
    this.#stretches = []
    await this.#file.release(stretches)
  }

  /** Adds blocks for so many more bytes, as long as there is room for them. */
  #makeRoom(bytes: number): void {
    const wanted = Math.ceil(Math.min(this.#length + bytes, this.#memoryBytes) / STRETCH_BYTES)
    while (this.#blocks.length < wanted) {
      if (this.#room?.take(STRETCH_BYTES) === false) {
        this.#memoryBytes = this.#blocks.length * STRETCH_BYTES
        return
      }
      this.#taken += STRETCH_BYTES
      this.#blocks.push(new Uint8Array(STRETCH_BYTES))
    }
  }

  #appendToMemory(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = this.#length + done
      const part = bytes.subarray(done, done + STRETCH_BYTES - (at % STRETCH_BYTES))
      this.#blocks[Math.floor(at / STRETCH_BYTES)]!.set(part, at % STRETCH_BYTES)
      done += part.length
    }
  }

  async #appendToFile(bytes: Uint8Array, at: number): Promise<void> {
    const needed = Math.ceil((at + bytes.length) / STRETCH_BYTES)
    while (this.#stretches.length < needed) this.#stretches.push(this.#file.take())
    for (const [from, part] of this.#inStretches(at, bytes)) await this.#file.write(part, from)
  }

  async #readFile(at: number, into: Uint8Array): Promise<void> {
    for (const [from, part] of this.#inStretches(at, into)) await this.#file.read(from, part)
  }

  /** Where in the file the parts belong of bytes that begin `at` behind those in memory. */
  *#inStretches(at: number, bytes: Uint8Array): Generator<readonly [number, Uint8Array]> {
    for (let done = 0; done < bytes.length; ) {
      const offset = (at + done) % STRETCH_BYTES
      const stretch = this.#stretches[Math.floor((at + done) / STRETCH_BYTES)]
      if (stretch === undefined) throw new TypeError('bytes are asked of a buffer that does not hold them')
      const part = bytes.subarray(done, done + STRETCH_BYTES - offset)
      yield [stretch + offset, part]
      done += part.length
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TypeError('the file is closed')
  }
}
