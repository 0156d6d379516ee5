import { setImmediate } from 'node:timers/promises'
import { bytesOf, resultArray } from './band-memory.js'
import type { CombineBandsOptions, CombinedBand, Rows } from './combine-options.js'
import { combineRead } from './combine-read.js'
import { combineShared } from './combine-shared.js'
import { UnusedMemory } from './give-back.js'
import { openFrames, type StoredBandFrame } from './open-frames.js'
import { OwnCombining } from './own-combining.js'
import { planStored, type StoredPlan } from './plan-stored.js'
import type { OpenedFrame } from './row-readers.js'
import { StoredBands, type StoredSetup } from './stored-bands.js'
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

/** Combines frames whose files threads can read by themselves: this one, and those of the pool where they are worth it. */
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
  try {
    yield* combineOpened(frames, files.opened, options)
  } finally {
    files.close()
  }
}

async function* combineOpened(
  frames: readonly StoredBandFrame[],
  opened: readonly OpenedFrame[],
  options: CombineBandsOptions,
): AsyncGenerator<CombinedBand, void> {
  const plan = planStored(opened, options)
  const { width, type = 'float32', resultType = 'float32' } = options
  const unused = plan.rows * width * bytesOf(type) * frames.length > MUCH ? new UnusedMemory() : undefined
  await unused?.giveBack()
  const { method, clipping, calculation, isResultBigEndian, signal, onEmptyFrame } = options
  const setup: StoredSetup = {
    ...{ frames: opened, width, type: type as StoredSetup['type'], resultType, rows: plan.rows },
    options: { method, clipping, calculation, isResultBigEndian } as StoredSetup['options'],
    hasValues: new SharedArrayBuffer(frames.length),
  }
  const combining =
    plan.jobs === 0 ? new OwnCombining(frames, setup, plan, signal) : new StoredCombining(frames, setup, plan, signal)
  try {
    for await (const band of combining.bands()) {
      yield band
      await unused?.giveBack()
    }
  } finally {
    await combining.end()
  }
  if (onEmptyFrame === undefined) return
  for (const [frame, flag] of new Uint8Array(setup.hasValues).entries()) if (flag === 0) onEmptyFrame(frame)
}

/**
 * One combination by threads of the pool, which have two bands each to work on, and this one, which takes another whenever the first of them is
 * not done: its bands, from those that wait to those that are taken.
 */
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
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#session = sharedPool().begin(setup)
    this.#left = [...plan.bands]
    this.#buffersLeft = plan.buffers
  }

  async *bands(): AsyncGenerator<CombinedBand, void> {
    for (;;) {
      this.signal?.throwIfAborted()
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
    const isDone = this.#own.isCombined(rows, resultArray(buffer, this.setup, rows))
    this.#begun.push({ rows, buffer, reading: Promise.resolve(isDone), isSettled: true })
    return true
  }

  #next(): [Rows, SharedArrayBuffer] {
    const { width, resultType } = this.setup
    const free = this.#buffers.pop()
    if (free === undefined) this.#buffersLeft--
    const bytes = this.plan.bandRows * width * bytesOf(resultType)
    return [this.#left.shift()!, free ?? new SharedArrayBuffer(bytes)]
  }

  async *#finished(band: BegunBand): AsyncGenerator<CombinedBand, void> {
    const isDone = await band.reading
    this.#begun.shift()
    const values = resultArray(band.buffer, this.setup, band.rows)
    if (!isDone) await combineRead(this.frames, this.setup, band.rows, values)
    yield { rows: band.rows, values }
    this.#buffers.push(band.buffer)
  }
}
