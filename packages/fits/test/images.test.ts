import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  BaseDataOperation,
  bytesSource,
  createDataLab,
  type FileSource,
  type Memory,
  MemoryStorage,
  type OperationInfo,
} from '@datalab/core'
import { expect, onTestFinished, test } from 'vitest'
import { Images, type ImageToSave, images } from '../src/images.js'
import { encodeImage, type Frame, openFits, readFrame } from '../src/index.js'
import { Copy, type CopyInputs } from './copy-operation.js'
import { gaussian } from './gaussian.js'
import { fitsBytes } from './support.js'

/** A primary header without data, and an image that inherits from it. */
function inheritingFile(): Uint8Array {
  const primary = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0', 'EXTEND  = T', "OBJECT  = 'M13'", 'EXPTIME = 30']
  const cards = [
    "XTENSION= 'IMAGE'",
    'BITPIX  = 8',
    'NAXIS   = 2',
    'NAXIS1  = 2',
    'NAXIS2  = 2',
    'PCOUNT  = 0',
    'GCOUNT  = 1',
  ]
  const image = fitsBytes([...cards, 'INHERIT = T', 'EXPTIME = 60'], Uint8Array.of(1, 2, 3, 4))
  return Buffer.concat([fitsBytes(primary), image])
}

test('an image is saved with what its header inherits', async () => {
  const source: FileSource = {
    name: 'frames',
    reach: 'process',
    identify: async ({ basename }) => basename,
    open: async ({ basename }) => bytesSource(inheritingFile(), basename),
  }
  const storage = new MemoryStorage()
  const lab = createDataLab({ operations: [Copy], services: [images()], sources: [source], storage })
  onTestFinished(() => lab.close())
  const job = await lab.submit(Copy, { input_files: [{ source: 'frames', basename: 'a.fits' }] })
  await job.result()
  const { objects } = await storage.list(job.key)
  const saved = await storage.open(objects.find(({ key }) => key.endsWith('.fits'))?.key ?? '')
  await using fits = await openFits(saved!)
  const { header } = fits.hdus[0]!
  expect([header.get('OBJECT'), header.get('EXPTIME'), header.has('INHERIT')]).toEqual(['M13', 60, false])
})

test('a damaged file is told by its name, not by where a host keeps it, with one piece of advice', async () => {
  const damaged = Buffer.from(gzipSync(inheritingFile()))
  damaged.writeUInt8((damaged.at(-8) as number) ^ 255, damaged.length - 8)
  const kept = { 'empty.fits': new Uint8Array(0), 'text.fits': Buffer.from('Dear diary'), 'damaged.fits.gz': damaged }
  const source: FileSource = {
    name: 'frames',
    reach: 'process',
    identify: async ({ basename }) => basename,
    open: async ({ basename }) => ({
      ...bytesSource(kept[basename as keyof typeof kept], basename),
      path: `/cache/${basename}`,
    }),
  }
  const lab = createDataLab({ operations: [Copy], services: [images()], sources: [source] })
  onTestFinished(() => lab.close())
  const messages = Object.keys(kept).map(async (basename) => {
    const job = await lab.submit(Copy, { input_files: [{ source: 'frames', basename }] })
    return job.result().catch((error: Error) => error.message.replace(/^.*item 1, /, ''))
  })
  expect(await Promise.all(messages)).toEqual([
    'empty.fits: the file is empty; give a FITS file',
    'text.fits: the file is not a FITS file, but text ("Dear diary"); give a FITS file, which begins with "SIMPLE  ="',
    'damaged.fits.gz: the gzip stream is broken (incorrect data check); fetch the file again',
  ])
})

/** Saves noise, band after band, and tells of each before it gives it. */
class Noise extends BaseDataOperation<CopyInputs> {
  static readonly info: OperationInfo<CopyInputs> = { ...Copy.info, id: '@test/noise', name: 'Noise' }
  static onBand: (band: number, run: { signal: AbortSignal; memory: Memory }) => Promise<void> = async () => {}
  static onEnd: (memory: Memory) => void = () => {}

  override async operate() {
    const run = { signal: this.signal, memory: this.memory }
    const random = gaussian(3)
    const band = Float32Array.from({ length: 16 * 4096 }, () => 1000 + 20 * random())
    async function* bands() {
      for (let number = 0; number < 256; number++) {
        await Noise.onBand(number, run)
        yield band
      }
    }
    const saved = await this.use(Images).save({ data: bands(), width: 4096, height: 4096 })
    Noise.onEnd(this.memory)
    return [saved]
  }
}

const CODED = {
  services: [images({ compression: { quantize: 4 }, previews: false })],
  operations: [Noise],
  sources: [],
}

test.each([512, 4])('what coding takes is of the memory of all runs, %i MiB, until it is done', async (mebibytes) => {
  const lab = createDataLab({ ...CODED, storage: new MemoryStorage(), memoryBudget: mebibytes * 2 ** 20 })
  onTestFinished(() => lab.close())
  const whole: boolean[] = []
  const look = (memory: Memory) => {
    const loan = memory.take(memory.budget)
    whole.push(loan !== undefined)
    loan?.release()
  }
  Noise.onBand = async (band, { memory }) => {
    if (band === 100) look(memory)
  }
  Noise.onEnd = look
  const job = await lab.submit(Noise, { input_files: [] })
  expect((await job.result()).output_files).toHaveLength(1)
  expect(whole).toEqual([false, true])
})

test('a job that is cancelled while its pixels are coded takes no more of them, and leaves nothing', async () => {
  const storage = new MemoryStorage()
  const lab = createDataLab({ ...CODED, storage })
  onTestFinished(() => lab.close())
  const job = await lab.submit(Noise, { input_files: [] })
  let last = 0
  Noise.onBand = async (band, { signal }) => {
    last = band
    if (band !== 100) return
    await job.cancel()
    if (!signal.aborted) await once(signal, 'abort')
  }
  await expect(job.result()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  expect(last).toBe(100)
  await lab.close()
  expect((await storage.list('')).objects).toEqual([])
})

test.each<[string, (frame: Frame) => unknown, string]>([
  ['nothing', () => undefined, 'An image is saved as { data, width, height }, and not as undefined.'],
  ['no width', ({ height }) => ({ data: new Float32Array(4), height }), 'An image of undefined x 2 pixels is none.'],
  ['integers', (frame) => ({ ...frame, data: new Uint16Array(4) }), 'and not Uint16Array. Convert it:'],
  ['a list', (frame) => ({ ...frame, data: [1, 2, 3, 4] }), 'and not Array. Convert it:'],
  ['a promise', (frame) => ({ ...frame, data: readFrame(frame) }), "and not a promise. Write 'await' before it."],
  ['parts of integers', (frame) => ({ ...frame, data: parts(new Int16Array(4)) }), 'and not Int16Array. Convert it:'],
  ['too few pixels', (frame) => ({ ...frame, width: 3, data: new Float32Array(4) }), 'do not fill an image of 3 x 2'],
])('an image of %s is not saved', async (_, imageOf, message) => {
  const lines: unknown[] = []
  class Wrong extends Copy {
    override async operate() {
      const images = this.use(Images)
      return [await images.save(imageOf(await images.open(this.inputData.input_files[0]!)) as ImageToSave)]
    }
  }
  const source: FileSource = {
    name: 'frames',
    reach: 'process',
    identify: async ({ basename }) => basename,
    open: async ({ basename }) => bytesSource(inheritingFile(), basename),
  }
  const ignore = () => {}
  const log = { debug: ignore, info: ignore, warn: ignore, error: (...line: unknown[]) => lines.push(line) }
  const lab = createDataLab({ operations: [Wrong], services: [images()], sources: [source], log })
  onTestFinished(() => lab.close())
  const job = await lab.submit(Wrong, { input_files: [{ source: 'frames', basename: 'a.fits' }] })
  await expect(job.result()).rejects.toThrow()
  expect(JSON.stringify(lines)).toContain(message)
})

async function* parts(...pieces: unknown[]) {
  yield* pieces
}

test.runIf(existsSync('/proc/self/fd'))(
  'what a gzip file was inflated to on the disk is given back when the run is over, though the operation left it open',
  async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'datalab-test-'))
    onTestFinished(() => rmSync(scratch, { recursive: true, force: true }))
    const packed = gzipSync(
      Buffer.concat([...encodeImage({ data: new Float32Array(2 ** 19), width: 1024, height: 512 })]),
    )
    const source: FileSource = {
      name: 'frames',
      reach: 'process',
      identify: async ({ basename }) => basename,
      open: async ({ basename }) => bytesSource(packed, basename),
    }
    const host = { operations: [Copy], services: [images()], sources: [source], storage: new MemoryStorage() }
    const lab = createDataLab({ ...host, scratch, memoryBudget: 2 ** 20 })
    onTestFinished(() => lab.close())
    const job = await lab.submit(Copy, { input_files: [{ source: 'frames', basename: 'a.fits.gz' }] })
    await job.result()
    const open = readdirSync('/proc/self/fd').filter((handle) => linkOf(handle).startsWith(scratch))
    expect(open).toEqual([])
  },
)

/** What a handle of this process is of; the one that lists them is closed by then. */
function linkOf(handle: string): string {
  try {
    return readlinkSync(join('/proc/self/fd', handle))
  } catch {
    return ''
  }
}
