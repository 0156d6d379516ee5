import { type FileReference, type FitsFile, type OutputFile, provideEach, type RunContext } from '@datalab/core'
import { encodeImage, type Frame, type Header, type Image } from '@datalab/fits'
import { Images, type ImageToSave, images as imagesProvider, type SaveImageOptions } from '@datalab/fits/images'
import { imageOf, type TestFrame } from './frame-data.js'
import { MemorySource, type MemorySourceOptions } from './memory-source.js'
import { FOR_RUN } from './per-run.js'
import { teeOutputs } from './tee-outputs.js'

/** An output file, as an operation or a host names it. */
export type NamedFile = Pick<OutputFile, 'basename'>

/**
 * Images in memory, for a test of one operation: frames to read, and what was saved.
 *
 * Every frame is a FITS file and is read as one, and so is what is saved: `pixels` are those of the file that a user would get.
 *
 * @param frames by the names that {@link MemoryImages.file} takes
 * @example
 * const images = memoryImages({ a: [[1, 2]] })
 * const run = await runOperation(IncreaseBrightness, { input_files: [images.file('a')], increase_by: 5 }, [provide(Images, images)])
 * images.pixels(run.output.output_files[0]) // [[6, 7]]
 */
export function memoryImages(
  frames: Readonly<Record<string, TestFrame>> = {},
  options: MemorySourceOptions = {},
): MemoryImages {
  return new MemoryImages(frames, options)
}

/** Made by {@link memoryImages}. */
export class MemoryImages implements Images {
  /** The frames as FITS files: for a host other than `runOperation`'s. */
  readonly source: MemorySource
  /** Provides these images: for a host other than `runOperation`'s. */
  readonly provider = provideEach(Images, (run) => this[FOR_RUN](run))
  readonly #saved = new Map<string, Image>()

  constructor(frames: Readonly<Record<string, TestFrame>>, options: MemorySourceOptions) {
    this.source = new MemorySource({}, options)
    for (const [name, frame] of Object.entries(frames)) this.set(name, frame)
  }

  /** Adds a frame, or puts another version in its place. */
  set(name: string, frame: TestFrame): void {
    this.source.set(name, Buffer.concat([...encodeImage(imageOf(name, frame))]))
  }

  /**
   * A reference to a frame, for the inputs of the operation. `runOperation` finds these frames by it, but not by a copy of it.
   *
   * @param members what else the operation declares of its files, such as the color of a channel
   */
  file<Members extends object = object>(name: string, members?: Members): FitsFile & Members {
    return this.source.file(name, members)
  }

  /** The rows of a saved image; row 0 is the bottom of the picture. */
  pixels(file: NamedFile | undefined): number[][] {
    const { data, width, height } = this.image(file)
    return Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)])
  }

  /** The header of a saved image, as it was written. */
  header(file: NamedFile | undefined): Header {
    return this.image(file).header
  }

  /** A saved image, with its pixels in the type that its file has. */
  image(file: NamedFile | undefined): Image {
    const image = file && this.#saved.get(file.basename)
    if (image !== undefined) return image
    const what = file === undefined ? 'There is no such output' : `No image was saved as ${file.basename}`
    throw new TypeError(
      `${what}; ${this.#saved.size} were saved here: ${[...this.#saved.keys()].join(', ') || 'none'}.`,
    )
  }

  /** The basenames of all images saved, in the order in which they were. */
  saved(): string[] {
    return [...this.#saved.keys()]
  }

  open(_file: FileReference): Promise<Frame> {
    return Promise.reject(unbound('opened'))
  }

  save(_image: ImageToSave, _options?: SaveImageOptions): Promise<OutputFile> {
    return Promise.reject(unbound('saved'))
  }

  /** These images within one run. */
  [FOR_RUN](run: RunContext): Images {
    const { context, imageOfOutput } = teeOutputs(run)
    const images = imagesProvider().create(context)
    const save = async (image: ImageToSave, options?: SaveImageOptions) => {
      const file = await images.save(image, options)
      this.#saved.set(file.basename, await imageOfOutput(file.basename))
      return file
    }
    return {
      open: (file) => images.open(file),
      save: (image, options) => {
        const saving = save(image, options)
        // Handled here too, as images of files have it.
        saving.catch(() => {})
        return saving
      },
    }
  }
}

function unbound(what: string): TypeError {
  return new TypeError(
    `Images are ${what} within a run: call runOperation, or give a host 'images.provider' and 'images.source'.`,
  )
}
