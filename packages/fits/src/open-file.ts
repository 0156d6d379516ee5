import { type BigIntStats, closeSync, constants, fstatSync, openSync, read } from 'node:fs'

/**
 * A file of the system that is open for reading.
 *
 * What waits for no disk is done by this thread, since to have another do it takes many times as long: to ask what is known of an open file, and to
 * close one that nothing was written to.
 */
export class OpenFile {
  readonly #fd: number
  #readers = 0
  #closing: Promise<void> | undefined
  #whenLeft: () => void = () => undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  /** What the system says of it. */
  stat(): BigIntStats {
    return fstatSync(this.#fd, { bigint: true })
  }

  /**
   * Fills `into` with the bytes from `offset` on, and resolves to how many these are: fewer only at the end of the file.
   *
   * @throws EBADF when it was closed.
   */
  async read(offset: number, into: Uint8Array): Promise<number> {
    let done = 0
    while (done < into.length) {
      const bytes = await this.#readSome(offset + done, done === 0 ? into : into.subarray(done))
      if (bytes === 0) break
      done += bytes
    }
    return done
  }

  /** Closes it, as soon as nothing is being read: the system gives its number to the next file. Closing twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #readSome(offset: number, into: Uint8Array): Promise<number> {
    if (this.#closing) throw Object.assign(new Error('EBADF: the file was closed, read'), { code: 'EBADF' })
    this.#readers++
    try {
      return await readAt(this.#fd, offset, into)
    } finally {
      this.#readers--
      if (this.#readers === 0) this.#whenLeft()
    }
  }

  async #close(): Promise<void> {
    if (this.#readers > 0) {
      await new Promise<void>((resolve) => {
        this.#whenLeft = resolve
      })
    }
    closeSync(this.#fd)
  }
}

/**
 * Opens a file, or whatever has the path; what the system says of one that cannot be opened is passed on. This thread does it, as it does all that
 * mostly waits for no disk: to read a header, another would be waited for twice, which takes longer than all else.
 */
export async function openFile(path: string): Promise<OpenFile> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would never return. Windows has neither.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  return new OpenFile(openSync(path, flags))
}

function readAt(fd: number, offset: number, into: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, 0, into.length, offset, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}
