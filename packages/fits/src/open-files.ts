import { type ByteSource, type FileReference, type Inputs, isDataLabError } from '@datalab/core'

/** Files that are open at once: far fewer than a process may have as a rule, since several runs share one. */
const MOST = 64

/** After so many none is left. */
const HALVINGS = 7

/**
 * The input files of a run, of which those on this machine are open a few at a time: one that is read again is opened again. Its version is the one
 * that the job's key stands for, or it is not opened.
 *
 * What lies elsewhere stays open, since it takes no handle of the system, and to open it may cost a request.
 */
export class OpenFiles {
  /** The one that was used last comes last. */
  readonly #open = new Set<FileOnDemand>()

  constructor(
    private readonly inputs: Pick<Inputs, 'open'>,
    private most = MOST,
  ) {}

  /** @throws as `Inputs.open`, now and when the file is read. */
  async open(reference: FileReference): Promise<ByteSource> {
    const open = () => this.#opened(reference)
    const source = await open()
    if (source.path === undefined) return source
    const file = new FileOnDemand(source, open, this)
    await this.used(file)
    return file
  }

  /** A file is open, and was used just now: those too many are closed. */
  async used(file: FileOnDemand): Promise<void> {
    this.#open.delete(file)
    this.#open.add(file)
    await this.#closeIdle(file)
  }

  /** Where the process may have no more files, it gets along with half of those that are open here: others need some, too. */
  async #opened(reference: FileReference): Promise<ByteSource> {
    for (let left = HALVINGS; ; left--) {
      try {
        return await this.inputs.open(reference)
      } catch (error) {
        if (!isTooMany(error) || left === 0) throw error
        this.most = Math.floor(Math.min(this.most, this.#open.size) / 2)
        await this.#closeIdle()
      }
    }
  }

  async #closeIdle(except?: FileOnDemand): Promise<void> {
    while (this.#open.size > this.most) {
      // Runs go through their files in one order, again and again: of these the one used last is needed last.
      const idle = [...this.#open].reverse().find((other) => other !== except && other.isIdle)
      if (idle === undefined) return
      this.#open.delete(idle)
      await idle.rest()
    }
  }

  /** A file is closed for good. */
  forget(file: FileOnDemand): void {
    this.#open.delete(file)
  }
}

/** Whether the process has as many files open as it may. */
function isTooMany(error: unknown): boolean {
  return isDataLabError(error) && error.details.errno === 'EMFILE'
}

/** A file that is open while it is read, and as long after that as there is room. */
class FileOnDemand implements ByteSource {
  readonly size: number
  readonly identity: string
  readonly path: string
  #source: Promise<ByteSource> | undefined
  #readers = 0
  #isClosed = false

  constructor(
    source: ByteSource,
    private readonly reopen: () => Promise<ByteSource>,
    private readonly files: OpenFiles,
  ) {
    this.size = source.size
    this.identity = source.identity
    this.path = source.path as string
    this.#source = Promise.resolve(source)
  }

  /** Whether nobody reads it just now. */
  get isIdle(): boolean {
    return this.#readers === 0
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    if (this.#isClosed) throw new TypeError('The file is closed.')
    this.#readers++
    try {
      const source = await this.#opened()
      return await source.read(offset, into)
    } finally {
      this.#readers--
    }
  }

  async #opened(): Promise<ByteSource> {
    this.#source ??= this.reopen()
    try {
      const source = await this.#source
      await this.files.used(this)
      return source
    } catch (error) {
      this.#source = undefined
      throw error
    }
  }

  /** Closes the file until it is read again. */
  async rest(): Promise<void> {
    const source = this.#source
    this.#source = undefined
    // One that could not be opened was told of by who wanted to read it.
    await (await source?.catch(() => undefined))?.close()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.files.forget(this)
    await this.rest()
  }
}
