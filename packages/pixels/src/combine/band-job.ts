import type { RowCoding } from '../encode/encoded-band.js'
import type { BandLayout } from './band-memory.js'
import type { BandOptions } from './combine-band.js'
import type { Rows } from './combine-options.js'
import type { StoredSetup } from './stored-bands.js'

/** A band to combine, in memory that threads share. */
export interface SharedBandJob {
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

/** Rows to quantise and Rice-code, in memory that threads share. */
export interface EncodeBandJob {
  readonly kind: 'encode'
  readonly buffer: SharedArrayBuffer
  /** Rows that the memory has room for, and those that there are. */
  readonly bandRows: number
  readonly rows: number
  readonly coding: RowCoding
}

/** What a thread of the pool is asked for. */
export type BandJob = SharedBandJob | StoredBandJob | EncodeBandJob

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
