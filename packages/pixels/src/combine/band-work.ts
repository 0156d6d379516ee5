import { encodingArrays } from '../encode/encoded-band.js'
import { rowKernels } from '../encode/row-kernels.js'
import type { PixelKernels } from '../kernels.js'
import type { EncodeBandJob, SharedBandJob } from './band-job.js'
import { bandArrays } from './band-memory.js'
import { combineBand } from './combine-band.js'

/** Does jobs whose bands are in memory that threads share, in whatever thread it is. */
export class BandWork {
  /** Rows of one width come after another. */
  #ofRows: { readonly width: number; readonly kernels: PixelKernels } | undefined

  constructor(private readonly kernels: PixelKernels) {}

  do(job: SharedBandJob | EncodeBandJob): void {
    if (job.kind === 'encode') this.#encode(job)
    else {
      const { planes, into } = bandArrays(job.buffer, job.layout)
      combineBand(this.kernels, planes, into, job.options)
    }
  }

  #encode({ buffer, bandRows, rows, coding }: EncodeBandJob): void {
    const { width } = coding
    if (this.#ofRows?.width !== width) this.#ofRows = { width, kernels: rowKernels(width) }
    const { values, band } = encodingArrays(buffer, bandRows, width)
    this.#ofRows.kernels.encodeRiceRows(values.subarray(0, rows * width), coding, band)
  }
}
