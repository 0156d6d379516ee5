import type { BandLayout } from './band-memory.js'
import type { BandOptions } from './combine-band.js'
import type { Rows } from './combine-options.js'
import type { StoredSetup } from './stored-bands.js'

/** A band to combine, in memory that threads share. */
interface SharedBandJob {
  readonly kind: 'shared'
  readonly buffer: SharedArrayBuffer
  readonly layout: BandLayout
  readonly options: BandOptions
}

/** A band that the thread reads by itself, and combines into shared memory. */
interface StoredBandJob {
  readonly kind: 'stored'
  /** Which frames: a thread is told of them once. */
  readonly session: number
  readonly rows: Rows
  readonly buffer: SharedArrayBuffer
}

/** What a thread of the pool is asked for. */
export type BandJob = SharedBandJob | StoredBandJob

/** What else it is told: of frames that jobs will be about, and that there will be no more of them. */
export type SessionNews =
  | { readonly kind: 'begin'; readonly session: number; readonly setup: StoredSetup }
  | { readonly kind: 'end'; readonly session: number }

/** What a thread says when it is done with a job. */
export interface BandReply {
  /** Why it failed; undefined where it did not. */
  readonly error?: string | undefined
  /** False where the thread could not read the frames, and they have to be read in another way. */
  readonly isDone: boolean
}
