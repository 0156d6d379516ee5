import { bytesSource, createDataLab, type FileSource, MemoryStorage } from '@datalab/core'
import { expect, onTestFinished, test } from 'vitest'
import { images } from '../src/images.js'
import { openFits } from '../src/index.js'
import { Copy } from './copy-operation.js'
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
