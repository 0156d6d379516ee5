import { type FileHandle, open } from 'node:fs/promises'

/** A file of the same bytes as a body, written while somebody else reads that. What goes wrong with it is nobody's affair but its own. */
export class ByteCopy {
  #file: FileHandle | undefined
  #writing: Promise<void> = Promise.resolve()
  #size = 0
  #hasFailed = false

  constructor(private readonly path: string) {}

  /** The pieces of the body, each of which is copied before the next is asked for. */
  async *of(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const piece of body) {
        this.#writing = this.#write(piece)
        yield piece
        await this.#writing
      }
    } finally {
      await this.#writing
      await this.#file?.close().catch(() => this.#fail())
    }
  }

  /** Whether it has all bytes, of which there are so many. */
  async isWhole(size: number | undefined): Promise<boolean> {
    await this.#writing
    return !this.#hasFailed && this.#size === size
  }

  async #write(piece: Uint8Array): Promise<void> {
    if (this.#hasFailed) return
    try {
      this.#file ??= await open(this.path, 'wx')
      for (let at = 0; at < piece.length; ) at += (await this.#file.write(piece, at)).bytesWritten
      this.#size += piece.length
    } catch {
      this.#fail()
      // There may be no more room than whoever reads the body needs.
      await this.#file?.truncate().catch(() => {})
    }
  }

  #fail(): void {
    this.#hasFailed = true
  }
}
