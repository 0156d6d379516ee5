import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImage, writeImage } from '../src/index.js'
import { codeOf, fixtureBytes } from './support.js'
import { fpack, funpack, tellMissing, tools } from './tools.js'

tellMissing('dither-seed.test.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-seed-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The file with another ZDITHER0; without it where there is no value. */
function seeded(bytes: Uint8Array, seed: number | undefined): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const changed = text.replace(/ZDITHER0= {1,20}\d+/, (card) =>
    seed === undefined ? card.replace('ZDITHER0', 'XDITHER0') : `ZDITHER0=${String(seed).padStart(card.length - 9)}`,
  )
  expect(changed).not.toBe(text)
  return new Uint8Array(Buffer.from(changed, 'latin1'))
}

test.each(['rice-dither1.fits.fz', 'gzip2-float64-dither1.fits.fz', 'hcompress-dither1.fits.fz'])(
  'without ZDITHER0 the first tile of %s begins the random sequence',
  async (name) => {
    const bytes = fixtureBytes(name)
    const { data } = await readImage(seeded(bytes, undefined))
    expect(data).toEqual((await readImage(seeded(bytes, 1))).data)
    expect(data).not.toEqual((await readImage(seeded(bytes, 2))).data)
  },
)

test.each([[0], [10_001]])('a seed of %i, which is none, is refused', async (seed) => {
  expect(await codeOf(readImage(seeded(fixtureBytes('rice-dither1.fits.fz'), seed)))).toBe('FITS_INVALID')
})

describe.skipIf(!tools.fpack)('as cfitsio reads them', () => {
  const [width, height] = [100, 40]

  /** Noise whose first tile, a row, is NaN altogether, and whose second has a NaN first. */
  function noise(): Float32Array {
    const data = Float32Array.from(
      { length: width * height },
      (_, i) => 100 + 3 * Math.sin(i) + ((i * 7919) % 101) / 17,
    )
    data.fill(Number.NaN, 0, width + 1)
    data[3 * width] = 0
    return data
  }

  test.each([
    ['by the clock', ['-q', '4']],
    ['by the checksum of the first tile', ['-qt', '4']],
    ['with exact zeros', ['-qz', '4']],
    ['in GZIP_1', ['-g', '-qt', '4']],
  ])('seeds chosen %s, and none', async (_, options) => {
    const [plain, packed, unpacked] = ['a.fits', 'a.fits.fz', 'b.fits'].map((name) => join(folder, name))
    for (const path of [plain, packed, unpacked]) await rm(path!, { force: true })
    await writeImage(plain!, { data: noise(), width, height })
    await fpack(plain!, packed!, ...options)
    const bytes = new Uint8Array(await readFile(packed!))
    for (const seed of [null, undefined, 10_000]) {
      const file = seed === null ? bytes : seeded(bytes, seed)
      await rm(unpacked!, { force: true })
      await writeFile(packed!, file)
      await funpack(packed!, unpacked!)
      const { data } = await readImage(file)
      expect(data).toEqual((await readImage(unpacked!)).data)
      expect(data.filter((value) => Number.isNaN(value))).toHaveLength(width + 1)
    }
  })
})
