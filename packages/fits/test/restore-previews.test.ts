import { bytesSource, createDataLab, type FileSource, MemoryStorage } from '@datalab/core'
import { expect, onTestFinished, test } from 'vitest'
import { images } from '../src/images.js'
import { encodeImage, type ImageCompression } from '../src/index.js'
import { Copy } from './copy-operation.js'

/** Frames in memory. */
function framesOf(frames: Readonly<Record<string, readonly number[]>>): FileSource {
  const bytes = (name: string) =>
    Buffer.concat([...encodeImage({ data: Float32Array.from(frames[name] ?? []), width: 3, height: 2 })])
  return {
    name: 'frames',
    reach: 'process',
    identify: async ({ basename }) => basename,
    open: async ({ basename }) => bytesSource(bytes(basename), basename),
  }
}

async function withResult(compression: ImageCompression = 'none') {
  const frames = framesOf({ a: [1, 2, 3, 4, Number.NaN, 6], b: [5, 1, 2, 3, 3, 3] })
  const storage = new MemoryStorage()
  const lab = createDataLab({ operations: [Copy], services: [images({ compression })], sources: [frames], storage })
  onTestFinished(() => lab.close())
  const inputs = { input_files: ['a', 'b'].map((basename) => ({ source: 'frames', basename })) }
  const submit = async () => {
    const job = await lab.submit(Copy, inputs)
    await job.result()
    return job
  }
  const job = await submit()
  const bytesOf = async () => {
    const { objects } = await storage.list(job.key)
    const entries = objects.map(async ({ key }) => {
      const source = await storage.open(key)
      const bytes = new Uint8Array(source?.size ?? 0)
      await source?.read(0, bytes)
      return [key, Buffer.from(bytes).toString('base64')] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  return { storage, lab, job, submit, bytesOf, inputs }
}

test.each(['none', 'lossless'] as const)(
  'previews that were lost are made again from the FITS file, and nothing is run: %s',
  async (compression) => {
    const { storage, lab, job, submit, bytesOf, inputs } = await withResult(compression)
    const before = await bytesOf()
    const lost = Object.keys(before)
      .filter((key) => key.endsWith('.jpg'))
      .slice(1)
    expect(lost).toHaveLength(3)
    await storage.delete(lost)
    expect(await lab.plan(Copy, inputs)).toMatchObject({ cached: true })
    expect(Object.keys(await bytesOf())).toHaveLength(Object.keys(before).length - 3)
    const [again, ...others] = await Promise.all([submit(), submit(), submit()])
    for (const one of [again, ...others]) expect([one?.key, one?.cached]).toEqual([job.key, true])
    expect(await bytesOf()).toEqual(before)
  },
)

test('a FITS file that was lost is made by running the job again', async () => {
  const { storage, job, submit, bytesOf } = await withResult()
  const fits = Object.keys(await bytesOf()).filter((key) => key.endsWith('-1.fits'))
  const jpeg = Object.keys(await bytesOf()).filter((key) => key.endsWith('-1-small.jpg'))
  await storage.delete([...fits, ...jpeg])
  const again = await submit()
  expect([again.key, again.cached, (await again.record()).attempt]).toEqual([job.key, false, 2])
})

test('where the FITS file cannot be read any more, the job is run again', async () => {
  const { storage, submit, bytesOf } = await withResult()
  const names = Object.keys(await bytesOf())
  const fits = names.find((key) => key.endsWith('-1.fits')) ?? ''
  const size = (await storage.head(fits))?.size ?? 0
  await storage.put(fits, new Uint8Array(size))
  await storage.delete(names.filter((key) => key.endsWith('-1-small.jpg')))
  const again = await submit()
  expect([again.cached, (await again.record()).attempt]).toEqual([false, 2])
})

test('previews are not made of quantised pixels, but by running the job again', async () => {
  const { storage, submit, bytesOf } = await withResult({ quantize: 4 })
  const before = await bytesOf()
  expect(Object.keys(before).filter((key) => key.endsWith('.fits.fz'))).toHaveLength(2)
  await storage.delete(Object.keys(before).filter((key) => key.endsWith('-small.jpg')))
  const again = await submit()
  expect([again.cached, (await again.record()).attempt]).toEqual([false, 2])
})
