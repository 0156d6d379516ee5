import type { PixelKernels, Plane } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { bytesOf } from './band-memory.js'
import { type BandOptions, combineBand } from './combine-band.js'
import { isRaw } from './row-readers.js'
import type { StoredSetup } from './stored-bands.js'
import { sharedShift } from './stored-integers.js'

/** As what rows of stored frames are combined: as they are in their files where that is possible, else as their values. */
export class StoredForm {
  readonly areRaw: boolean
  /** The type of the numbers that are combined. */
  readonly type: 'float32' | 'float64' | 'int16'
  readonly #options: BandOptions
  readonly #hasValues: Uint8Array
  /** What is to be added to medians of stored integers. */
  readonly #shift: number | undefined

  constructor(setup: StoredSetup) {
    const { frames, type, options, hasValues } = setup
    this.#shift = sharedShift(setup)
    this.areRaw = this.#shift !== undefined || frames.every((frame) => isRaw(frame, bytesOf(type)))
    this.type = this.#shift === undefined ? type : 'int16'
    this.#options = { ...options, isBigEndian: this.areRaw }
    this.#hasValues = new Uint8Array(hasValues)
  }

  /** Combines rows of all frames, whose memory may hold something else afterwards, and notes which of them hold values. */
  combine(kernels: PixelKernels, planes: readonly Plane[], into: Samples): void {
    // Of very many planes, to look at each with its place would be much garbage.
    for (let frame = 0; frame < planes.length; frame++)
      if (this.#hasValues[frame] === 0 && this.#holdsValues(planes[frame]!)) this.#hasValues[frame] = 1
    combineBand(kernels, planes, into, this.#options)
    if (this.#shift) kernels.calculate('add', into, this.#shift, into)
  }

  /** All integers are values. */
  #holdsValues(plane: Plane): boolean {
    return this.#shift !== undefined || holdsValues(plane, this.areRaw)
  }
}

/** Whether any value is not NaN. It is found at once, but for frames that begin with missing pixels. */
export function holdsValues(values: Plane, isBigEndian = false): boolean {
  if (!isBigEndian) return values.some((value) => !Number.isNaN(value))
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const isDouble = values.BYTES_PER_ELEMENT === 8
  for (let at = 0; at < view.byteLength; at += values.BYTES_PER_ELEMENT)
    if (!Number.isNaN(isDouble ? view.getFloat64(at) : view.getFloat32(at))) return true
  return false
}
