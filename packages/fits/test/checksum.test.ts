import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Checksum, encodeChecksum } from '../src/checksum.js'
import { encodeImage, Header, openFits, verifyChecksums } from '../src/index.js'
import { codeOf, fixtureBytes, joined } from './support.js'

/** As the standard says it: 32-bit words, most significant byte first, whose carries are added again. */
function plainSum(bytes: Uint8Array): number {
  const padded = Buffer.concat([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)])
  let sum = 0n
  for (let i = 0; i < padded.length; i += 4) {
    sum += BigInt(padded.readUInt32BE(i))
    sum = (sum & 0xffffffffn) + (sum >> 32n)
  }
  return Number(sum)
}

test('the sum is the same however the bytes are parted', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), (parts) => {
      const sum = new Checksum()
      for (const part of parts) sum.add(part)
      expect(sum.value).toBe(plainSum(Buffer.concat(parts)))
    }),
    { seed: 11, numRuns: 500 },
  )
})

test('sums more words than fit without their carries', () => {
  const bytes = new Uint8Array(5_000_004).fill(0xfe)
  const sum = new Checksum()
  sum.add(bytes)
  expect(sum.value).toBe(plainSum(bytes))
})

test('the encoded sum has letters and digits only, and takes the sum to zero', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      const text = encodeChecksum(value)
      expect(text).toMatch(/^[0-9A-Za-z]{16}$/)
      // In the file the text begins one byte before a word.
      const words = Buffer.from(text.slice(1) + text[0], 'latin1')
      const zeros = plainSum(Buffer.from('0'.repeat(16)))
      const sum = (BigInt(plainSum(words)) + BigInt(value) + (0xffffffffn - BigInt(zeros))) % 0xffffffffn
      expect(sum).toBe(0n)
    }),
    { seed: 12, numRuns: 1000 },
  )
})

test('encodes as the example of the standard', () => {
  expect(encodeChecksum(868229149)).toBe('hcHjjc9ghcEghc9g')
})

test('what is written with checksums has right ones, and any bit that changes is noticed', async () => {
  const header = new Header().set('OBJECT', 'M13').set('CHECKSUM', 'old').addHistory('x'.repeat(3000))
  const data = Int16Array.from({ length: 4001 }, (_, i) => i * 7)
  const file = joined(encodeImage({ data, width: 4001, height: 1, header }, { checksum: true }))
  const states = async (bytes: Uint8Array) => verifyChecksums((await openFits(bytes)).hdus[0]!)
  expect(await states(file)).toEqual({ datasum: 'ok', checksum: 'ok' })
  const flip = (at: number) => file.map((byte, i) => (i === at ? byte ^ 1 : byte))
  expect(await states(flip(file.length - 3000))).toEqual({ datasum: 'bad', checksum: 'bad' })
  const object = Buffer.from(file).indexOf('M13')
  expect(await states(flip(object))).toEqual({ datasum: 'ok', checksum: 'bad' })
})

test('a header without checksums, or with empty ones, is not read for them', async () => {
  const plain = (await openFits(fixtureBytes('int16.fits'))).hdus[0]!
  expect(await verifyChecksums(plain)).toEqual({ datasum: 'absent', checksum: 'absent' })
  const header = new Header().set('OTHER', 1)
  const image = { data: new Int16Array(6), width: 3, height: 2, header }
  const file = Buffer.from(joined(encodeImage(image, { checksum: true }))).toString('latin1')
  const empty = file
    .replace(/CHECKSUM= '.{16}'/, "CHECKSUM= ''".padEnd(28))
    .replace(/DATASUM = '\d+ *'/, (card) => "DATASUM = ''".padEnd(card.length))
  const open = (await openFits(new Uint8Array(Buffer.from(empty, 'latin1')))).hdus[0]!
  expect(await verifyChecksums(open)).toEqual({ datasum: 'absent', checksum: 'absent' })
})

test('data that are cut have no checksum', async () => {
  const image = { data: new Int16Array(6000), width: 3000, height: 2 }
  const file = joined(encodeImage(image, { checksum: true }))
  const hdu = (await openFits(file.subarray(0, 5000))).hdus[0]!
  expect(await codeOf(verifyChecksums(hdu))).toBe('FITS_TRUNCATED')
})
