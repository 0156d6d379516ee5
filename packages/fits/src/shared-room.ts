import { SpillFile } from './spill-file.js'

/** Memory that several buffers share, and the file for what it does not hold. */
export class SharedRoom {
  readonly file: SpillFile

  /** @param folder names the folder for the file, when there is something to write */
  constructor(
    private bytes: number,
    folder?: () => string,
  ) {
    this.file = new SpillFile(folder)
  }

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
