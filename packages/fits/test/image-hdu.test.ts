import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ByteSource } from '../src/index.js'
import { findImage, type ImageHdu, openFits } from '../src/index.js'
import { codeOf, expected, fitsBytes, fixture, fixtureBytes, hashOf } from './support.js'

async function imageOf(name: string): Promise<ImageHdu> {
  return findImage(await openFits(fixtureBytes(name)))!
}

describe.each(Object.entries(expected.images))('%s', (name, image) => {
  test('has the values astropy reads', async () => {
    await using fits = await openFits(fixture(name))
    const hdu = findImage(fits)!
    const values = await hdu.read()
    expect(hdu.shape).toEqual(image.shape)
    expect(values.filter((value) => Number.isNaN(value)).length).toBe(image.nan)
    expect(hashOf(values)).toBe(image.sha256)
  })

  test('has the same rows however they are read', async () => {
    const hdu = await imageOf(name)
    const whole = await hdu.read()
    const plane = hdu.width * hdu.height
    for (let p = 0; p < hdu.planes; p++) {
      for (let y = 0; y < hdu.height; y++) {
        const start = p * plane + y * hdu.width
        expect(await hdu.readRows(y, y + 1, undefined, { plane: p })).toEqual(whole.slice(start, start + hdu.width))
      }
      const middle = await hdu.readRows(1 % hdu.height, hdu.height, undefined, { plane: p })
      expect(middle).toEqual(whole.slice(p * plane + (1 % hdu.height) * hdu.width, (p + 1) * plane))
    }
  })

  test('gives the same when read several times at once', async () => {
    const hdu = await imageOf(name)
    const [a, b, c] = await Promise.all([hdu.read(), hdu.readRows(0, hdu.height), hdu.read()])
    expect(c).toEqual(a)
    expect(b).toEqual(a.slice(0, b.length))
  })
})

test('sample types keep every stored value', async () => {
  const types = await Promise.all(
    ['uint8', 'int16', 'uint16', 'float32', 'int32', 'int64', 'float64'].map((name) => imageOf(`${name}.fits`)),
  )
  expect(types.map(({ sampleType }) => sampleType)).toEqual([...Array(4).fill('float32'), ...Array(3).fill('float64')])
})

test('says how stored numbers become physical values', async () => {
  expect((await imageOf('scaled.fits')).scale).toEqual({ bscale: 0.1, bzero: 1000, blank: -99 })
  expect((await imageOf('uint64.fits')).scale.bzero).toBe(2 ** 63)
})

test('64-bit integers are the nearest double, and BLANK is compared exactly', async () => {
  const raw = new DataView(new ArrayBuffer(24))
  const integers = [2n ** 62n + 1n, -(2n ** 63n), 2n ** 62n + 2n]
  for (const [i, value] of integers.entries()) raw.setBigInt64(8 * i, value)
  const cards = ['SIMPLE  = T', 'BITPIX  = 64', 'NAXIS   = 1', 'NAXIS1  = 3', `BLANK   = ${2n ** 62n + 2n}`]
  const hdu = findImage(await openFits(fitsBytes(cards, new Uint8Array(raw.buffer))))!
  expect([...(await hdu.read())]).toEqual([2 ** 62, -(2 ** 63), Number.NaN])
})

test('fills and returns the array it is given', async () => {
  const hdu = await imageOf('float32.fits')
  const into = new Float32Array(100).fill(-1)
  const rows = await hdu.readRows(1, 3, into)
  expect(rows.buffer).toBe(into.buffer)
  expect(rows).toHaveLength(14)
  expect(into[14]).toBe(-1)
})

test('refuses rows, planes and arrays that do not fit', async () => {
  const hdu = await imageOf('float32.fits')
  expect(await codeOf(hdu.readRows(0, 6))).toBe('FITS_ARGUMENT')
  expect(await codeOf(hdu.readRows(3, 2))).toBe('FITS_ARGUMENT')
  expect(await codeOf(hdu.readRows(0, 1, undefined, { plane: 1 }))).toBe('FITS_ARGUMENT')
  expect(await codeOf(hdu.readRows(0, 1, new Float32Array(6)))).toBe('FITS_ARGUMENT')
  expect(await codeOf(hdu.readRows(0, 1, new Float64Array(7)))).toBe('FITS_ARGUMENT')
  expect(await hdu.readRows(2, 2)).toHaveLength(0)
})

test.each(['float32.fits', 'rice-int16.fits.fz'])('an aborted signal ends reading %s', async (name) => {
  const hdu = await imageOf(name)
  expect(await codeOf(hdu.read({ signal: AbortSignal.abort() }))).toBe(new DOMException('', 'AbortError').code)
})

test('reads only the bytes of the rows', async () => {
  const bytes = readFileSync(fixture('rice-dither1-long.fits.fz'))
  const seen: [number, number][] = []
  const source: ByteSource = {
    size: bytes.length,
    identity: 'test',
    async read(offset, into) {
      seen.push([offset, into.length])
      return bytes.copy(into, 0, offset)
    },
    async close() {
      throw new Error('the source is not ours to close')
    },
  }
  const fits = await openFits(source)
  const hdu = findImage(fits)!
  await hdu.readRows(10, 11)
  const reads = seen.length
  await hdu.readRows(11, 299)
  expect(seen.length).toBe(reads)
  await fits.close()
})

test('wrong arguments are named, and are TypeErrors', async () => {
  const hdu = await imageOf('float32.fits')
  const wrong: [() => Promise<unknown>, string][] = [
    [() => hdu.readRows(-1, 2), 'rows -1 to 2 are not in an image of'],
    [() => hdu.readRows(0, Number.NaN), 'rows 0 to NaN'],
    [() => hdu.readRows(...([] as unknown as [number, number])), 'rows undefined to undefined'],
    [() => hdu.readRows('0' as unknown as number, 1), 'rows "0" to 1'],
    [() => hdu.readRows(0, 1, [] as unknown as Float32Array), 'into is [], but must be a float32 array of at least 7'],
    [() => hdu.readRows(0, 1, new Float32Array(2)), 'into has 2, but must be'],
    [() => hdu.readRows(0, 1, undefined, { plane: -1 }), 'plane -1 is not in an image of 1 planes'],
    [() => hdu.readRows(0, 1, undefined, null as unknown as object), 'options are null'],
    [() => hdu.read(null as unknown as object), 'options are null'],
    [() => hdu.read({ signal: {} as AbortSignal }), 'signal is an object, but must be an AbortSignal'],
    [() => hdu.readSection(null as never), 'a section of undefined from undefined on'],
    [() => hdu.readSection({ start: 1, shape: 2 } as never), 'a section of 2 from 1 on'],
    [() => hdu.readSection({ start: [0, Number.NaN], shape: [1, 1] }), 'a section of [1, 1] from [0, NaN] on'],
    [() => hdu.readSection({ start: [0, 0], shape: [1e300, 1] }), 'is not in an image of [5,7]'],
    [() => hdu.readStored({ section: {} as never }), 'a section of undefined'],
    [() => hdu.storedBytes('pixels' as 'data').next(), '"pixels" is no part of an HDU'],
  ]
  for (const [work, message] of wrong) {
    const error = await work().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'FITS_ARGUMENT', message: expect.stringContaining(message) })
  }
})
