import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type ImageHdu, openFits, readImage, readTable } from '../src/index.js'
import { memorySource } from '../src/memory-source.js'
import { fitsBytes, fixture, fixtureBytes } from './support.js'

/** A source of which the reading with this number, and what follows it, never ends. */
function stuck(bytes: Uint8Array, from: number) {
  const source = memorySource(bytes)
  let reads = 0
  return {
    ...source,
    read: (offset: number, into: Uint8Array) =>
      ++reads >= from ? new Promise<number>(() => {}) : source.read(offset, into),
  }
}

const IMAGE = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 2', 'NAXIS1  = 1000', 'NAXIS2  = 1000']
const REASON = new Error('enough')

/** Aborts as soon as the process does something else. */
function soon(): AbortSignal {
  const controller = new AbortController()
  setImmediate(() => controller.abort(REASON))
  return controller.signal
}

test('a signal that is aborted opens and reads nothing', async () => {
  const signal = AbortSignal.abort(REASON)
  for (const input of [fixture('int16.fits'), stuck(fixtureBytes('int16.fits'), 1)]) {
    await expect(openFits(input, { signal })).rejects.toBe(REASON)
    await expect(readImage(input, { signal })).rejects.toBe(REASON)
    await expect(readTable(input, { signal })).rejects.toBe(REASON)
  }
})

test('a signal ends an opening and a reading that are stuck', async () => {
  const bytes = fitsBytes(IMAGE, new Uint8Array(1_000_000))
  await expect(openFits(stuck(bytes, 1), { signal: soon() })).rejects.toBe(REASON)
  await expect(readImage(stuck(bytes, 2), { signal: soon() })).rejects.toBe(REASON)
  const packed = new Uint8Array(gzipSync(bytes, { level: 0 }))
  await expect(openFits(stuck(packed, 4), { signal: soon() })).rejects.toBe(REASON)
  const table = fixtureBytes('extensions.fits')
  await expect(readTable(stuck(table, 2), { signal: soon() })).rejects.toBe(REASON)
  const [hdu] = (await openFits(stuck(bytes, 2))).hdus as ImageHdu[]
  await expect(hdu!.readRows(0, 1, undefined, { signal: soon() })).rejects.toBe(REASON)
  await expect(hdu!.readStored({ signal: soon() })).rejects.toBe(REASON)
  await expect(hdu!.storedBytes('data', { signal: soon() }).next()).rejects.toBe(REASON)
})

test('a signal ends the reading of bytes in memory, which come without waiting', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 20000000']
  await expect(readImage(fitsBytes(cards, new Uint8Array(20_000_000)), { signal: soon() })).rejects.toBe(REASON)
})

test('a signal that nobody aborts is left as it was, and does not warn of many readings', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  await Promise.all(Array.from({ length: 20 }, () => readImage(fixture('rice-int16.fits.fz'), { signal })))
  await readTable(fixture('extensions.fits'), { signal })
  expect(listeners).toBe(0)
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

test('limits are told by the names of their options, and lifted by them', async () => {
  const packed = new Uint8Array(gzipSync(fitsBytes(IMAGE, new Uint8Array(1_000_000))))
  await expect(readImage(packed, { maxInflatedBytes: 5000 })).rejects.toMatchObject({
    code: 'FITS_UNSUPPORTED',
    message: expect.stringContaining('maxInflatedBytes'),
    details: { maxInflatedBytes: 5000 },
  })
  expect((await readImage(packed, { maxInflatedBytes: Number.POSITIVE_INFINITY })).width).toBe(1000)
  await expect(readImage(fixture('rice-int16.fits.fz'), { maxTileBytes: 10 })).rejects.toMatchObject({
    code: 'FITS_UNSUPPORTED',
    message: expect.stringContaining('maxTileBytes'),
    details: { maxTileBytes: 10 },
  })
  expect((await readImage(fixture('rice-int16.fits.fz'), { maxTileBytes: 1e6 })).width).toBe(40)
})

test('a table that is compressed has the same limit', async () => {
  await expect(readTable(fixture('table-packed.fits.fz'), { maxTileBytes: 1 })).rejects.toMatchObject({
    code: 'FITS_UNSUPPORTED',
    message: expect.stringContaining('maxTileBytes'),
  })
})
