import type { FileHandle } from 'node:fs/promises'

/** Bytes that are written before they are sent to the disk: as many, at most, are waited for at the end. */
const SYNC_BYTES = 8 * 2 ** 20

/** Has a file's bytes go to the disk while more are written, so that little is left to wait for at the end. */
export class EarlySync {
  #waiting = 0
  #syncing: Promise<void> | undefined
  // The system tells of a failure once.
  #failure: { readonly error: unknown } | undefined

  constructor(private readonly file: FileHandle) {}

  /** Tells that so many bytes more were written. */
  wrote(bytes: number): void {
    this.#waiting += bytes
    if (this.#waiting < SYNC_BYTES || this.#syncing !== undefined) return
    this.#waiting = 0
    this.#syncing = this.#sync()
  }

  /**
   * Resolves when all is on disk.
   *
   * @throws what the system says when that fails.
   */
  async end(): Promise<void> {
    await this.#syncing
    if (this.#failure !== undefined) throw this.#failure.error
    await this.file.sync()
  }

  async #sync(): Promise<void> {
    try {
      await this.file.datasync()
    } catch (error) {
      this.#failure = { error }
    } finally {
      this.#syncing = undefined
    }
  }
}
