import { setImmediate } from 'node:timers/promises'
import type { Plane } from '../kernels.js'
import { loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { bytesOf, resultArray } from './band-memory.js'
import { combineBand } from './combine-band.js'
import type { CombineBandsOptions, CombinedBand, Rows } from './combine-options.js'
import { combineShared } from './combine-shared.js'
import { UnusedMemory } from './give-back.js'
import { openFrames, type StoredBandFrame } from './open-frames.js'
import { planStored, type StoredPlan } from './plan-stored.js'
import { holdsValues, StoredBands, type StoredSetup } from './stored-bands.js'
import { type Session, sharedPool } from './worker-pool.js'

/** What each thread takes for the rows of very many frames. */
const MUCH = 8 * 2 ** 20

/** A band of the result that is begun. */
interface BegunBand {
  readonly rows: Rows
  readonly buffer: SharedArrayBuffer
  /** Whether a thread could read the frames; not settled while it works. */
  readonly reading: Promise<boolean>
  isSettled: boolean
}

/**
 * Combines frames that all threads can read by themselves: those of the pool have two bands each to work on, and this one takes another
 * whenever the first of them is not done.
 */
export async function* combineStored(
  frames: readonly StoredBandFrame[],
  options: CombineBandsOptions,
): AsyncGenerator<CombinedBand, void> {
  const files = openFrames(frames)
  // Why a file cannot be opened is the frame's to say.
  if (files === undefined) {
    yield* combineShared(frames, options)
    return
  }
  const plan = planStored(files.opened, options)
  const { width, type = 'float32', resultType = 'float32' } = options
  const unused = plan.rows * width * bytesOf(type) * frames.length > MUCH ? new UnusedMemory() : undefined
  await unused?.giveBack()
  const { method, clipping, calculation, isResultBigEndian, onEmptyFrame } = options
  const setup: StoredSetup = {
    ...{ frames: files.opened, width, type: type as StoredSetup['type'], resultType, rows: plan.rows },
    options: { method, clipping, calculation, isResultBigEndian } as StoredSetup['options'],
    hasValues: new SharedArrayBuffer(frames.length),
  }
  const combining = new StoredCombining(frames, setup, plan, options)
  try {
    for await (const band of combining.bands()) {
      yield band
      await unused?.giveBack()
    }
  } finally {
    await combining.end()
    files.close()
  }
  if (onEmptyFrame === undefined) return
  for (const [frame, flag] of new Uint8Array(setup.hasValues).entries()) if (flag === 0) onEmptyFrame(frame)
}

/** One combination: its bands, from those that wait to those that are taken. */
class StoredCombining {
  readonly #session: Session
  readonly #left: Rows[]
  readonly #begun: BegunBand[] = []
  readonly #buffers: SharedArrayBuffer[] = []
  #buffersLeft: number
  #withPool = 0
  #own: StoredBands | undefined

  constructor(
    private readonly frames: readonly StoredBandFrame[],
    private readonly setup: StoredSetup,
    private readonly plan: StoredPlan,
    private readonly options: CombineBandsOptions,
  ) {
    this.#session = sharedPool().begin(setup)
    this.#left = [...plan.bands]
    this.#buffersLeft = plan.buffers
  }

  async *bands(): AsyncGenerator<CombinedBand, void> {
    for (;;) {
      this.options.signal?.throwIfAborted()
      this.#fillPool()
      const [first] = this.#begun
      if (first !== undefined && (first.isSettled || !this.#canBegin())) yield* this.#finished(first)
      else if (!this.#combineHere()) return
      // Others may have waited for this thread.
      await setImmediate()
    }
  }

  /** Resolves when no thread works on it any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#begun.map(({ reading }) => reading))
    sharedPool().end(this.#session)
  }

  #canBegin(): boolean {
    return this.#left.length > 0 && (this.#buffers.length > 0 || this.#buffersLeft > 0)
  }

  #fillPool(): void {
    while (this.#withPool < this.plan.jobs && this.#canBegin()) {
      const [rows, buffer] = this.#next()
      this.#withPool++
      const job = { kind: 'stored', session: this.#session.number, rows, buffer } as const
      const reading = sharedPool().run(job, this.#session)
      const band: BegunBand = { rows, buffer, reading, isSettled: false }
      const settle = () => {
        band.isSettled = true
        this.#withPool--
      }
      reading.then(settle, settle)
      this.#begun.push(band)
    }
  }

  /** Combines a band by this thread; false where there is none left. */
  #combineHere(): boolean {
    if (!this.#canBegin()) return false
    const [rows, buffer] = this.#next()
    this.#own ??= new StoredBands(this.setup)
    const isDone = tried(() => this.#own!.combine(rows, resultArray(buffer, this.setup, rows)))
    this.#begun.push({ rows, buffer, reading: Promise.resolve(isDone), isSettled: true })
    return true
  }

  #next(): [Rows, SharedArrayBuffer] {
    const { width, resultType } = this.setup
    const free = this.#buffers.pop()
    if (free === undefined) this.#buffersLeft--
    const buffer = free ?? new SharedArrayBuffer(this.plan.bandRows * width * bytesOf(resultType))
    return [this.#left.shift()!, buffer]
  }

  async *#finished(band: BegunBand): AsyncGenerator<CombinedBand, void> {
    const isDone = await band.reading
    this.#begun.shift()
    const values = resultArray(band.buffer, this.setup, band.rows)
    if (!isDone) await this.#combineRead(band.rows, values)
    yield { rows: band.rows, values }
    this.#buffers.push(band.buffer)
  }

  /** Combines a band that no thread could read by itself, as the frames read it; they also know what is wrong. */
  async #combineRead({ from, to }: Rows, into: Samples): Promise<void> {
    const { width, type } = this.setup
    const kernels = loadKernels()
    const hasValues = new Uint8Array(this.setup.hasValues)
    for (let row = from; row < to; row += this.plan.rows) {
      const rows = { from: row, to: Math.min(to, row + this.plan.rows) }
      const pixels = (rows.to - row) * width
      const planes: Plane[] = []
      for (const [index, frame] of this.frames.entries()) {
        const plane = type === 'float32' ? new Float32Array(pixels) : new Float64Array(pixels)
        await frame.readBand(rows, plane)
        if (hasValues[index] === 0 && holdsValues(plane)) hasValues[index] = 1
        planes.push(plane)
      }
      combineBand(kernels, planes, into.subarray((row - from) * width, (row - from) * width + pixels), this.options)
    }
  }
}

/** What a thread of the pool would answer. */
function tried(work: () => boolean): boolean {
  try {
    return work()
  } catch {
    return false
  }
}
