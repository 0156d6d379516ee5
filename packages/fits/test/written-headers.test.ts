import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type CardValue,
  Header,
  type ImageCompression,
  openFits,
  verifyChecksums,
  writeImage,
  writeTable,
} from '../src/index.js'
import { faultsOf, python, tellMissing, tools } from './tools.js'

tellMissing('written-headers.test.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-headers-'))
})
afterAll(() => rm(folder, { recursive: true }))

const printable = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength })

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-'
const short = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 3, maxLength: 7 }).map((name) => `Q${name}`)
const long = fc
  .array(fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 9 }), { minLength: 2, maxLength: 4 })
  .map((words) => `ESO ${words.join(' ')}`)

/** None that is left undefined: of these, fitsverify warns. */
const value: fc.Arbitrary<CardValue> = fc.oneof(
  printable(300),
  fc.constantFrom(
    "it''s",
    "'",
    "''''",
    '&',
    'ends with &',
    ' leads',
    '/ not a comment',
    'x'.repeat(68),
    "'".repeat(70),
  ),
  fc.integer(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.record({ re: fc.float({ noNaN: true, noDefaultInfinity: true }), im: fc.constantFrom(0, -1.5) }),
)

const headers = fc
  .tuple(
    fc.uniqueArray(fc.record({ keyword: fc.oneof(short, long), value, comment: printable(90) }), {
      selector: ({ keyword }) => keyword,
      maxLength: 12,
    }),
    printable(200),
    printable(200),
  )
  .map(([cards, history, comment]) =>
    cards
      .reduce((header, card) => header.set(card.keyword, card.value, card.comment), new Header())
      .addHistory(history)
      .addComment(comment),
  )

/** Values as they come back: without the blanks at the end of strings, which FITS does not tell. */
const plain = (read: CardValue | undefined) => (typeof read === 'string' ? read.trimEnd() : read)

const columns = [
  { name: 'x', data: new Float64Array(3) },
  { name: 'list', data: [new Int16Array(2), new Int16Array(0), new Int16Array(5)] },
]
const image = { data: Float32Array.from({ length: 60 }, (_, i) => (i * 7) % 11), width: 10, height: 6 }

const WAYS: Readonly<Record<string, (path: string, header: Header) => Promise<void>>> = {
  'a table': (path, header) => writeTable(path, { columns, header }, { checksum: true }),
  ...Object.fromEntries(
    (['none', 'lossless', { quantize: 4 }] satisfies ImageCompression[]).map((compression) => [
      `an image, compression ${JSON.stringify(compression)}`,
      (path: string, header: Header) => writeImage(path, { ...image, header }, { compression, checksum: true }),
    ]),
  ),
}

describe.each(Object.entries(WAYS))('%s with any header', (name, write) => {
  test('reads back, with sound checksums, and fitsverify finds nothing to say', { timeout: 120_000 }, async () => {
    const path = join(folder, 'a.fits')
    await fc.assert(
      fc.asyncProperty(headers, async (header) => {
        await write(path, header)
        await using fits = await openFits(path)
        for (const hdu of fits.hdus) expect(await verifyChecksums(hdu)).toEqual({ checksum: 'ok', datasum: 'ok' })
        const read = fits.hdus.at(-1)!.header
        for (const card of header)
          if (!card.isCommentary) expect(plain(read.get(card.keyword))).toEqual(plain(card.value))
        if (tools.fitsverify) expect(await faultsOf(path)).toBe('')
      }),
      { seed: name.length, numRuns: 60 },
    )
  })
})

const PRINT_HEADER = `
import json, sys
from astropy.io import fits
with fits.open(sys.argv[1], disable_image_compression=True, checksum=True) as hdus:
    header = hdus[-1].header
    print(json.dumps([header.get(keyword) for keyword in json.loads(sys.argv[2])]))
`

test.skipIf(!tools.astropy)('astropy reads the same strings, numbers and logicals', { timeout: 120_000 }, async () => {
  const path = join(folder, 'b.fits')
  await fc.assert(
    fc.asyncProperty(headers, async (header) => {
      await writeTable(path, { columns, header }, { checksum: true })
      // astropy 5.2 makes one of two quotes where a string goes on in CONTINUE cards.
      const cards = header.cards.filter(
        (card) =>
          ['string', 'number', 'boolean'].includes(typeof card.value) &&
          !card.isCommentary &&
          !/''/.test(String(card.value)),
      )
      const keywords = JSON.stringify(cards.map(({ keyword }) => keyword))
      const read = JSON.parse(await python(PRINT_HEADER, path, keywords)) as CardValue[]
      expect(read.map(plain)).toEqual(cards.map((card) => plain(Object.is(card.value, -0) ? 0 : card.value)))
    }),
    { seed: 3, numRuns: 12 },
  )
})
