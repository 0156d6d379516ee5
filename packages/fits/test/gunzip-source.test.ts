import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GunzipSource } from '../src/gunzip-source.js'
import type { ByteSource } from '../src/index.js'
import { type FitsInput, findImage, type ImageHdu, openFits, type Samples } from '../src/index.js'
import { memorySource } from '../src/memory-source.js'
import { codeOf, fitsBytes, fixture, fixtureBytes } from './support.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-gunzip-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** An image of 16-bit pixels that hardly shrink. */
function noise(width: number, height: number): Uint8Array {
  const cards = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 2', `NAXIS1  = ${width}`, `NAXIS2  = ${height}`]
  return fitsBytes(cards, randomBytes(width * height * 2))
}

/** A source that counts the bytes read from it. */
function counted(bytes: Uint8Array): ByteSource & { bytesRead: number; isClosed: boolean } {
  const source = memorySource(bytes)
  return {
    ...source,
    bytesRead: 0,
    isClosed: false,
    async read(offset, into) {
      const read = await source.read(offset, into)
      this.bytesRead += read
      return read
    },
    async close() {
      this.isClosed = true
    },
  }
}

/** Whether two arrays have the same bytes; far faster than `toEqual`. */
function isSame(a: Samples, b: Samples): boolean {
  return Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0
}

async function valuesOf(input: FitsInput): Promise<unknown> {
  await using fits = await openFits(input)
  return findImage(fits)!.read()
}

test('a gzip file is read like what is in it, whatever it is read from', async () => {
  const whole = fixtureBytes('extensions.fits')
  const packed = fixtureBytes('extensions.fits.gz')
  const values = await valuesOf(whole)
  const members = new Uint8Array(Buffer.concat([gzipSync(whole.subarray(0, 5000)), gzipSync(whole.subarray(5000))]))
  const named = join(folder, 'named.fits')
  await writeFile(named, packed)
  const handle = await open(named)
  const inputs = [
    fixture('extensions.fits.gz'),
    named,
    packed,
    members,
    memorySource(packed),
    handle,
    await openAsBlob(named),
  ]
  for (const input of inputs) expect(await valuesOf(input)).toEqual(values)
  expect(handle.fd).toBeGreaterThan(0)
  await handle.close()
  await using fits = await openFits(packed)
  expect(fits.hdus).toHaveLength(4)
  expect(fits.size).toBe(whole.length)
})

test('a plain file is read from a handle and a Blob, which stay open', async () => {
  const path = fixture('int16.fits')
  const values = await valuesOf(path)
  const handle = await open(path)
  expect(await valuesOf(handle)).toEqual(values)
  expect(await valuesOf(handle)).toEqual(values)
  await handle.close()
  expect(await valuesOf(await openAsBlob(path))).toEqual(values)
  const directory = await open(folder)
  expect(await codeOf(openFits(directory))).toBe('FITS_NOT_FITS')
  await directory.close()
})

test('the first headers of a gzip file cost no more than they need', async () => {
  const packed = new Uint8Array(gzipSync(noise(2000, 1000)))
  const source = counted(packed)
  const fits = await openFits(source, { count: 1 })
  expect(fits.hdus[0]!.header.get('NAXIS1')).toBe(2000)
  expect(source.bytesRead).toBeLessThan(packed.length / 10)
  expect(await (fits.hdus[0] as ImageHdu).readRows(999, 1000)).toHaveLength(2000)
  await fits.close()
  expect(source.isClosed).toBe(false)
  await expect((fits.hdus[0] as ImageHdu).readRows(0, 1)).rejects.toThrow()
})

test('count lists the first HDUs', async () => {
  for (const name of ['extensions.fits', 'extensions.fits.gz']) {
    const names = async (count: number) => {
      await using fits = await openFits(fixture(name), { count })
      return fits.hdus.map(({ index }) => index)
    }
    expect(await names(1)).toEqual([0])
    expect(await names(3)).toEqual([0, 1, 2])
    expect(await names(10)).toEqual([0, 1, 2, 3])
    expect(await codeOf(names(0))).toBe('FITS_ARGUMENT')
  }
})

test('what does not fit in memory goes to a temporary file without a name', async () => {
  const plain = noise(5000, 4000)
  const places: string[] = []
  const temporaryFolder = () => {
    places.push(folder)
    return folder
  }
  const before = await readdir(folder)
  const fits = await openFits(new Uint8Array(gzipSync(plain, { level: 1 })), { temporaryFolder })
  expect(places).toEqual([folder])
  expect(await readdir(folder)).toEqual(before)
  const hdu = fits.hdus[0] as ImageHdu
  const expected = (await openFits(plain)).hdus[0] as ImageHdu
  for (const y of [3990, 0, 3355, 2000]) {
    expect(isSame(await hdu.readRows(y, y + 5), await expected.readRows(y, y + 5))).toBe(true)
  }
  expect(isSame(await hdu.read(), await expected.read())).toBe(true)
  await fits.close()
  await fits.close()
})

test('any reading gives the bytes that were compressed', async () => {
  const plain = new Uint8Array(randomBytes(300_000))
  const packed = new Uint8Array(gzipSync(plain))
  const range = fc.tuple(fc.nat(310_000), fc.nat(200_000))
  await fc.assert(
    fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 5 }), async (ranges) => {
      const source = new GunzipSource(memorySource(packed))
      const readings = ranges.map(async ([offset, length]) => {
        const into = new Uint8Array(length)
        return into.subarray(0, await source.read(offset, into))
      })
      const pieces = await Promise.all(readings)
      pieces.forEach((piece, i) => {
        const [offset, length] = ranges[i]!
        expect(Buffer.compare(piece, plain.subarray(offset, offset + length))).toBe(0)
      })
      await source.close()
    }),
    { seed: 51, numRuns: 30 },
  )
})

test('a stream that ends early gives what is there, and says so of the rest', async () => {
  const packed = gzipSync(fixtureBytes('extensions.fits'), { level: 0 })
  let listed = 0
  for (let length = 0; length < packed.length; length += 997) {
    const bytes = new Uint8Array(packed.subarray(0, length))
    const fits = await openFits(bytes).catch((error: { code: string }) => error.code)
    if (typeof fits === 'string') {
      expect(fits).toBe('FITS_NOT_FITS')
      continue
    }
    const hdus = fits.hdus as ImageHdu[]
    listed += hdus.length
    expect(hdus.at(-1)!.error?.code).toBe('FITS_TRUNCATED')
    for (const hdu of hdus) if (!hdu.error && 'read' in hdu) await hdu.read()
  }
  expect(listed).toBeGreaterThan(60)
})

test('a wrong checksum, and bytes that are broken, are refused', async () => {
  const packed = gzipSync(fixtureBytes('extensions.fits'))
  const crc = new Uint8Array(packed)
  crc[crc.length - 6]! ^= 1
  await expect(openFits(crc)).rejects.toMatchObject({ code: 'FITS_INVALID', message: expect.stringContaining('gzip') })
  const middle = new Uint8Array(packed)
  middle.fill(0xff, 100, 120)
  expect(await codeOf(openFits(middle).then(({ hdus }) => Promise.reject(hdus.at(-1)!.error)))).toBe('FITS_INVALID')
})

test('a file that becomes too large is refused before it is inflated', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 3000000000']
  const source = counted(new Uint8Array(gzipSync(fitsBytes(cards, new Uint8Array(20_000_000)))))
  const { hdus } = await openFits(source)
  expect(hdus[0]!.error).toMatchObject({ code: 'FITS_UNSUPPORTED', message: expect.stringContaining('gunzip') })
  const packed = new Uint8Array(gzipSync(fitsBytes(IMAGE_CARDS, new Uint8Array(1_000_000))))
  const limited = await openFits(packed, { maxInflatedBytes: 500_000 })
  expect(limited.hdus[0]!.error?.code).toBe('FITS_UNSUPPORTED')
  const enough = await openFits(packed, { maxInflatedBytes: 1_100_000 })
  expect(enough.hdus[0]!.error).toBeUndefined()
})

const IMAGE_CARDS = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 1000000']

test('zeros behind a small image are not inflated', async () => {
  const source = counted(
    new Uint8Array(gzipSync(Buffer.concat([fixtureBytes('int16.fits'), new Uint8Array(100_000_000)]), { level: 1 })),
  )
  const fits = await openFits(source)
  expect(fits.hdus).toHaveLength(1)
  expect(source.bytesRead).toBeLessThanOrEqual(2 * 64 * 1024 + 8 * 2880)
  await fits.close()
})

test('what fails below is passed on as it is', async () => {
  const packed = memorySource(fixtureBytes('extensions.fits.gz'))
  let reads = 0
  const failing: ByteSource = {
    ...packed,
    async read(offset, into) {
      if (++reads > 1) throw Object.assign(new Error('no network'), { code: 'SOURCE_UNAVAILABLE' })
      return packed.read(offset, into)
    },
  }
  expect(await codeOf(openFits(failing))).toBe('SOURCE_UNAVAILABLE')
})
