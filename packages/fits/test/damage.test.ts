import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ImageHdu, isFitsError, openFits } from '../src/index.js'
import { fixtureBytes } from './support.js'

const NAMES = readdirSync(fileURLToPath(new URL('./fixtures', import.meta.url))).filter((name) =>
  name.includes('.fits'),
)
const FILES = NAMES.map(fixtureBytes)

/** Opens the file and reads all there is; returns what was thrown that is no FITS error. */
async function surprises(bytes: Uint8Array): Promise<unknown[]> {
  const thrown: unknown[] = []
  const note = (error: unknown) => {
    if (!isFitsError(error)) thrown.push(error)
  }
  const fits = await openFits(bytes).catch(note)
  for (const hdu of fits?.hdus ?? []) {
    hdu.header.format()
    if (hdu instanceof ImageHdu) await hdu.read().catch(note)
  }
  return thrown
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('a damaged file gives values or typed errors, never anything else', { timeout: 60_000 }, async () => {
  const damage = fc.array(
    fc.record({ at: place, byte: fc.constantFrom(0, 0x20, 0x2d, 0x30, 0x31, 0x39, 0x80, 0xff) }),
    { minLength: 1 },
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...FILES), damage, place, async (file, changes, cut) => {
      const bytes = file.slice()
      for (const { at, byte } of changes) bytes[Math.floor(at * bytes.length)] = byte
      expect(await surprises(bytes)).toEqual([])
      expect(await surprises(bytes.subarray(0, Math.floor(cut * bytes.length)))).toEqual([])
    }),
    { seed: 6, numRuns: 1000 },
  )
})

test('a damaged table of tiles gives values or typed errors, in little time', { timeout: 60_000 }, async () => {
  const names = NAMES.filter((name) => name.endsWith('.fz'))
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = fixtureBytes(name)
      return { bytes, from: (await openFits(bytes)).hdus[1]!.dataOffset }
    }),
  )
  const damage = fc.array(fc.record({ at: place, byte: fc.integer({ min: 0, max: 255 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), damage, async ({ bytes, from }, changes) => {
      const copy = bytes.slice()
      for (const { at, byte } of changes) copy[from + Math.floor(at * at * (bytes.length - from))] = byte
      expect(await surprises(copy)).toEqual([])
    }),
    { seed: 7, numRuns: 2000 },
  )
})
