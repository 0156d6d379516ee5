import { setImmediate } from 'node:timers/promises'
import type { Samples } from '../pixel-scale.js'
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
 * One combination by threads of the pool, which have two bands each to work on, and this one, which works beside whoever takes the bands: those
 * that wait, those that are begun, and the memory of those that are taken.
 */
class StoredCombining {
  readonly #session: Session
  readonly #left: Rows[]
  readonly #begun: BegunBand[] = []
  readonly #buffers: SharedArrayBuffer[] = []
  #buffersLeft: number
  #withPool = 0
  #own: StoredBands | undefined
  #working: Promise<void> | undefined
  #isWorking = false
  #isOver = false

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
      this.#own ??= new StoredBands(this.setup)
      if (!this.#isWorking) this.#working = this.#work(this.#own)
      const first = this.#begun.shift()
      if (first === undefined) return
      const values = resultArray(first.buffer, this.setup, first.rows)
      if (!(await first.reading)) await combineRead(this.frames, this.setup, first.rows, values)
      yield { rows: first.rows, values }
      this.#buffers.push(first.buffer)
    }
  }

  /** Resolves when no thread works on it any more. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#working
    await Promise.allSettled(this.#begun.map(({ reading }) => reading))
    sharedPool().end(this.#session)
  }

  #canBegin(): boolean {
    return this.#left.length > 0 && (this.#buffers.length > 0 || this.#buffersLeft > 0)
  }

  #fillPool(): void {
    while (this.#withPool < this.plan.jobs && this.#canBegin()) {
      const { rows, buffer } = this.#next()
      this.#withPool++
      const job = { kind: 'stored', session: this.#session.number, rows, buffer } as const
      const reading = sharedPool().run(job, this.#session)
      const settle = () => {
        this.#withPool--
        this.#fillPool()
      }
      reading.then(settle, settle)
      this.#begun.push({ rows, buffer, reading })
    }
  }

  /** Combines bands by this thread, as long as there are some and room for them. */
  async #work(own: StoredBands): Promise<void> {
    this.#isWorking = true
    while (!this.#isOver && this.#canBegin()) {
      const { rows, buffer } = this.#next()
      const reading = this.#combined(own, rows, resultArray(buffer, this.setup, rows))
      this.#begun.push({ rows, buffer, reading })
      await reading
    }
    this.#isWorking = false
  }

  /** Combines a band, some rows at a time: who takes bands, and waits for this thread, has its turn between them. */
  async #combined(own: StoredBands, whole: Rows, into: Samples): Promise<boolean> {
    const { rows } = this.plan
    for (let from = whole.from; from < whole.to; from += rows) {
      const part = { from, to: Math.min(whole.to, from + rows) }
      const [start, end] = [from - whole.from, part.to - whole.from].map((row) => row * this.setup.width)
      if (this.#isOver || !own.isCombined(part, into.subarray(start, end))) return false
      await setImmediate()
    }
    return true
  }

  #next(): Pick<BegunBand, 'rows' | 'buffer'> {
    const { width, resultType } = this.setup
    const free = this.#buffers.pop()
    if (free === undefined) this.#buffersLeft--
    const bytes = this.plan.bandRows * width * bytesOf(resultType)
    return { rows: this.#left.shift()!, buffer: free ?? new SharedArrayBuffer(bytes) }
  }
}
