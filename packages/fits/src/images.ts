import {
  ClientAlertError,
  type FileReference,
  Inputs,
  type MemoryLoan,
  type OutputFile,
  Outputs,
  type Progress,
  provenanceLines,
  provideEach,
  type RunContext,
  type ServiceProvider,
  serviceKey,
  throwIfAborted,
  type WrittenObject,
} from '@datalab/core'
import { prepareEncoding } from '@datalab/pixels'
import type { Card } from './card.js'
import { encodeImageRows, MEMORY_BYTES } from './encode-image-rows.js'
import { FitsError, isFitsError } from './errors.js'
import { findImage } from './find-image.js'
import { findTable } from './find-table.js'
import type { Fits } from './fits.js'
import type { Frame, FrameSize } from './frame.js'
import { Header } from './header.js'
import type { ImageHdu } from './image-hdu.js'
import { inheritedHeader } from './inherited-header.js'
import { type KeptPixels, keepPixels, keptInMemory } from './kept-pixels.js'
import { OpenFiles } from './open-files.js'
import { openFitsUntil } from './open-fits.js'
import { plainPieces } from './plain-pieces.js'
import { previewPieces } from './preview.js'
import { restorePreviews } from './restore-previews.js'
import type { Samples } from './samples.js'
import { SharedRoom } from './shared-room.js'
import type { TableHdu } from './table-hdu.js'
import { checkCompression, type ImageCompression } from './tile-encoder.js'

export { areForThreads, type CombineFramesOptions, combineFrames } from './combine-frames.js'
export { type EachFrameOptions, eachFrame } from './each-frame.js'
export { type LoadedFrame, type LoadFrameOptions, loadFrame } from './load-frame.js'
export { type OpenFramesOptions, openFrames } from './open-frames.js'

/** An image to save; without a header it gets none but the structural cards and its provenance. */
export interface ImageToSave extends FrameSize {
  /**
   * Row after row, the bottom row of the picture first: all in one array, or in parts of one type, which may end anywhere. A part is used up
   * before the next is asked for, so that an image may be larger than the memory.
   */
  readonly data: Samples | AsyncIterable<Samples>
  readonly header?: Header | undefined
}

/** What {@link Images.save} may be told. */
export interface SaveImageOptions {
  /** Which of several outputs this is, counted from 0; none where it is the only one. */
  readonly index?: number
  /** The input it was made from, where it was made from one. */
  readonly input?: FileReference
  /** Sentences for the header's HISTORY. */
  readonly history?: readonly string[]
  /** The share of the run's progress that saving is. */
  readonly progress?: Progress
}

/** FITS images in and out of a run. */
export interface Images {
  /**
   * Opens the image of an input file: the extension SCI if there is one, else the first image. Only headers are read.
   *
   * @throws FITS_NOT_FITS, FITS_TRUNCATED, FITS_INVALID, FITS_UNSUPPORTED, DATALAB_FAILED, whose messages name the input and the file.
   */
  open(file: FileReference): Promise<Frame>
  /**
   * Writes an image as FITS, bit for bit, with the header given (without what described other pixels) and its provenance in HISTORY, and
   * as two JPEG previews, unless the host wants none. The data are only read, each of them once.
   */
  save(image: ImageToSave, options?: SaveImageOptions): Promise<OutputFile>
}

/** The service by which operations read and write FITS images. */
export const Images = serviceKey<Images>('@datalab/fits/Images@1')

/** As many as an array of values can hold here. */
const MAX_PIXELS = 2 ** 31

/** What threads hold of an image while they compress it, besides what waits for the header. */
const ENCODING_BYTES = 10 * 2 ** 20

/** What files of a run that are open may keep in memory of what they inflate to, and of tiles that are decoded, of all memory for pixels. */
const UNPACKED_SHARE = 1 / 4

/** Rises when decoding may change a pixel. */
const REVISION = 2

/** How a host wants its images. */
export interface ImagesOptions {
  /**
   * How the pixels of outputs are stored: as they are, by default; or compressed tile by tile, in files that are called `.fits.fz`. It is part
   * of the key of each job, since pixels that are quantised are others.
   */
  readonly compression?: ImageCompression
  /** Whether outputs have JPEG previews: they do by default. It is part of the key of each job, since its outputs are others. */
  readonly previews?: boolean
}

/**
 * Provides {@link Images} to the operations of a host.
 *
 * @throws TypeError when the compression is none of those there are.
 * @example createDataLab({ services: [images({ compression: 'lossless' })], ... })
 */
export function images({ compression = 'none', previews = true }: ImagesOptions = {}): ServiceProvider<Images> {
  checkCompression(compression)
  const settings = { ...(compression === 'none' ? {} : { compression }), ...(previews ? {} : { previews }) }
  return provideEach(Images, (run) => new RunImages(run, { compression, previews }), {
    revision: REVISION,
    end: (service) => (service as RunImages).close(),
    restore: restorePreviews,
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  })
}

/** The images of one run. */
class RunImages implements Images {
  readonly #inputs: Inputs
  readonly #files: OpenFiles
  readonly #outputs: Outputs
  readonly #room: SharedRoom
  readonly #opened = new Set<Fits>()
  #isOver = false
  #provenanceCards: readonly Card[] | undefined

  constructor(
    private readonly run: RunContext,
    private readonly options: Required<ImagesOptions>,
  ) {
    this.#inputs = run.use(Inputs)
    this.#files = new OpenFiles(this.#inputs)
    this.#outputs = run.use(Outputs)
    this.#room = new SharedRoom(run.memory.budget * UNPACKED_SHARE, () => run.scratch)
  }

  open(file: FileReference): Promise<Frame> {
    return handled(this.#open(file))
  }

  async #open(file: FileReference): Promise<Frame> {
    const source = await this.#files.open(file)
    const label = this.#inputs.label(file)
    return explained(label, async () => {
      const fits = await openFitsUntil(source, { room: this.#room })
      this.#opened.add(fits)
      if (this.#isOver) await this.close()
      const close = async () => {
        this.#opened.delete(fits)
        await fits.close()
        await source.close()
      }
      const frame = frameOf(fits, { label, signal: this.run.signal, path: source.path, close })
      if (typeof this.options.compression === 'object' && frame.sampleType === 'float32') prepareEncoding(frame)
      return { ...frame, catalogue: catalogueOf(fits) }
    })
  }

  /** The run is over: what files were inflated to is given back, also of those that its operation left open. */
  async close(): Promise<void> {
    this.#isOver = true
    const left = [...this.#opened]
    this.#opened.clear()
    await Promise.all(left.map((fits) => fits.close()))
  }

  save(image: ImageToSave, options: SaveImageOptions = {}): Promise<OutputFile> {
    return handled(this.#save(image, options))
  }

  async #save(image: ImageToSave, options: SaveImageOptions): Promise<OutputFile> {
    checkImage(image)
    const { index, input, history = [], progress } = options
    const place = index === undefined ? {} : { index }
    const header = this.#header(image.header, history)
    const objects = await this.#putAll({ ...image, header }, place, progress)
    await progress?.report(1)
    return this.#outputs.file({
      type: 'fits',
      objects,
      // From quantised pixels others would be made.
      ...(typeof this.options.compression === 'object' ? {} : { derived: objects.slice(1) }),
      ...place,
      ...(input === undefined ? {} : { input }),
    })
  }

  /** The image, and its previews, which are made while the image is written. */
  async #putAll(image: NamedImage, place: Place, progress: Progress | undefined): Promise<WrittenObject[]> {
    const { run } = this
    const isWhole = ArrayBuffer.isView(image.data)
    if (!this.options.previews && !isWhole) return [await this.#put(image, image.data as AsyncIterable<Samples>, place)]
    let loan: MemoryLoan | undefined
    const mayTake = (bytes: number) => {
      if (bytes <= run.memory.budget / 2) loan = run.memory.take(bytes)
      return loan !== undefined
    }
    const options = { mayTake, temporaryFolder: () => run.scratch }
    const kept = isWhole
      ? keptInMemory(image, image.data as Samples)
      : await keepPixels(image, unlessAborted(image.data as AsyncIterable<Samples>, run.signal), options)
    try {
      const previews = this.options.previews ? this.#putPreviews(kept, place, progress) : Promise.resolve([])
      // Who waits for the image first hears of it afterwards.
      previews.catch(() => {})
      const fits = await this.#put(image, kept.parts(), place)
      return [fits, ...(await previews)]
    } finally {
      await kept.close()
      loan?.release()
    }
  }

  async #putPreviews({ picture }: KeptPixels, place: Place, progress: Progress | undefined): Promise<WrittenObject[]> {
    const preview = await previewPieces(picture, { signal: this.run.signal })
    const options = { ...place, contentType: 'image/jpeg' }
    const large = await this.#outputs.put('-large.jpg', preview.large, options)
    await progress?.report(0.8)
    return [large, await this.#outputs.put('-small.jpg', preview.small, options)]
  }

  async #put(image: NamedImage, parts: AsyncIterable<Samples>, place: Place): Promise<WrittenObject> {
    const { run } = this
    const pixels = unlessAborted(parts, run.signal)
    const { compression } = this.options
    const { width, height, header } = image
    const rows = { width, height, header, pixels }
    const options = { ...place, contentType: 'application/fits' }
    if (compression === 'none') return this.#outputs.put('.fits', plainPieces(rows), options)
    // With little left, more of what waits for the header is in a file.
    const wanted = ENCODING_BYTES + Math.min(MEMORY_BYTES, width * height * Float64Array.BYTES_PER_ELEMENT)
    const loan = run.memory.take(wanted, 0)
    const memoryBytes = Math.max(0, (loan?.bytes ?? 0) - ENCODING_BYTES)
    try {
      const pieces = encodeImageRows(rows, { compression, memoryBytes, temporaryFolder: () => run.scratch })
      return await this.#outputs.put('.fits.fz', pieces, options)
    } finally {
      loan?.release()
    }
  }

  #header(header: Header | undefined, history: readonly string[]): Header {
    const own = header ?? new Header()
    const told = history.length === 0 ? own : own.addHistory(history.join('\n'))
    return new Header([...told, ...this.#provenance()])
  }

  /** The same cards in all outputs, which name all inputs. */
  #provenance(): readonly Card[] {
    this.#provenanceCards ??= new Header().addHistory(provenanceLines(this.run.provenance).join('\n')).cards
    return this.#provenanceCards
  }
}

/** The same, so that one that an operation does not wait for takes nothing else down. */
function handled<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => {})
  return work
}

/** An image with its header as it will be written. */
type NamedImage = ImageToSave & { readonly header: Header }

/** Which of several outputs. */
type Place = { readonly index?: number }

/** The compiler does not see all who save one. */
function checkImage(image: ImageToSave): void {
  if (typeof image !== 'object' || image === null)
    throw new TypeError(`An image is saved as { data, width, height }, and not as ${String(image)}.`)
  const { data, width, height } = image
  if (![width, height].every((length) => Number.isSafeInteger(length) && length > 0))
    throw new TypeError(`An image of ${width} x ${height} pixels is none. Give a width and a height.`)
  const isInParts = typeof (data as AsyncIterable<Samples> | undefined)?.[Symbol.asyncIterator] === 'function'
  if (!isInParts) checkSamples(data)
}

/** By its name, which is the same in whatever context it was made. */
function checkSamples(data: unknown): void {
  const type = Object.prototype.toString.call(data).slice(8, -1)
  if (type === 'Float32Array' || type === 'Float64Array') return
  const what =
    type === 'Promise' ? "a promise. Write 'await' before it" : `${type}. Convert it: Float32Array.from(data)`
  throw new TypeError(`The pixels of an image are a Float32Array or a Float64Array, and not ${what}.`)
}

/** The same parts, until the run is to end. */
async function* unlessAborted(parts: AsyncIterable<Samples>, signal: AbortSignal): AsyncGenerator<Samples, void> {
  for await (const part of parts) {
    throwIfAborted(signal)
    checkSamples(part)
    yield part
  }
}

/**
 * The one 2-D image a file is about.
 *
 * A file that ends too early is refused, wherever it was cut: nobody wants the result of half a download.
 */
function imageOf(fits: Fits): ImageHdu {
  const broken = fits.hdus.at(-1)?.error
  if (isFitsError(broken, 'FITS_TRUNCATED')) throw broken
  const hdu = findImage(fits)
  if (hdu === undefined) throw broken ?? new ClientAlertError('it holds no image. Give a file with one.')
  if (hdu.planes !== 1)
    throw new ClientAlertError(
      `its image has the axes ${[...hdu.shape].reverse().join(' x ')}. Give an image of two axes.`,
    )
  hdu.check()
  if (hdu.width * hdu.height > MAX_PIXELS)
    throw new ClientAlertError(`its image has ${hdu.width} x ${hdu.height} pixels. Give one of at most ${MAX_PIXELS}.`)
  return hdu
}

/** What a frame needs besides its image. */
interface FrameParts {
  readonly label: string
  readonly signal: AbortSignal
  /** The file, where it is one of this machine. */
  readonly path: string | undefined
  readonly close: () => Promise<void>
}

function frameOf(fits: Fits, { label, signal, path, close }: FrameParts): Frame {
  const hdu = imageOf(fits)
  const { width, height, sampleType } = hdu
  const header = inheritedHeader(fits, hdu)
  const readRows = (from: number, to: number, into?: Samples) =>
    explained(label, () => hdu.readRows(from, to, into, { signal }))
  const pixels = path === undefined ? undefined : hdu.storedPixels()
  const stored = path === undefined || pixels === undefined ? undefined : { path, pixels }
  return { width, height, header, sampleType, label, readRows, stored, close }
}

/** The table CAT. One that is damaged is none: the image can do without. */
function catalogueOf(fits: Fits): TableHdu | undefined {
  const table = findTable(fits)
  return table?.extname.toUpperCase() === 'CAT' && table.error === undefined ? table : undefined
}

/** Puts the file's name before what is said of it. */
async function explained<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isFitsError(error)) {
      // What contradicts itself was damaged on the way, or made so: its message says how, not what to do.
      const isAdvised = error.code !== 'FITS_INVALID' || error.message.includes('; fetch the file again')
      const advice = isAdvised ? '' : '; fetch it again, or leave it out'
      throw new FitsError(error.code, `${label}: ${error.message}${advice}`, { details: error.details, cause: error })
    }
    if (error instanceof ClientAlertError) throw new ClientAlertError(`${label}: ${error.message}`, { cause: error })
    throw error
  }
}
