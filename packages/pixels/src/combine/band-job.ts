import type { BandLayout } from './band-memory.js'
import type { BandOptions } from './combine-band.js'

/** A band to combine, in memory that threads share. */
export interface BandJob {
  readonly buffer: SharedArrayBuffer
  readonly layout: BandLayout
  readonly options: BandOptions
}

/** What a thread says when it is done with one. */
export interface BandReply {
  /** Why it failed; undefined where it did not. */
  readonly error: string | undefined
}
