import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  findFaults,
  ImageHdu,
  inheritedHeader,
  isFitsError,
  openFits,
  TableHdu,
  verifyChecksums,
} from '../src/index.js'
import { fixtureBytes } from './support.js'

/** Files that others wrote; they stand beside the checkout, or not at all. */
const COLLECTION = fileURLToPath(new URL('../../../../shared/fits/files', import.meta.url))
const HAS_COLLECTION = existsSync(COLLECTION)
if (!HAS_COLLECTION)
  console.warn(`fuzz-tables.test.ts has its own fixtures only: there are no FITS files at ${COLLECTION}`)

/** Larger files take longer, and have nothing that smaller ones have not. */
const MAX_BYTES = 40_000

/** Real files with a table, the small ones. */
function collected(): Uint8Array[] {
  if (!HAS_COLLECTION) return []
  const names = ['real', 'matrix'].flatMap((folder) =>
    readdirSync(join(COLLECTION, folder)).map((name) => join(folder, name)),
  )
  return names
    .map((name) => new Uint8Array(readFileSync(join(COLLECTION, name))))
    .filter((bytes) => bytes.length < MAX_BYTES && hasTable(Buffer.from(bytes).toString('latin1')))
}

function hasTable(text: string): boolean {
  return /^XTENSION= '(?:BIN)?TABLE/m.test(text.replace(/(.{80})/gs, '$1\n')) && !text.includes('ZIMAGE  =')
}

const FILES = [...['tables.fits', 'extensions.fits', 'header.fits'].map(fixtureBytes), ...collected()]

/** Reads all there is to read, in every way; gives back what was thrown that is no error about the file. */
async function surprises(bytes: Uint8Array): Promise<unknown[]> {
  const thrown: unknown[] = []
  const note = (error: unknown) => {
    if (!isFitsError(error)) thrown.push(error)
  }
  const fits = await openFits(bytes).catch(note)
  if (!fits) return thrown
  for (const hdu of fits.hdus) {
    inheritedHeader(fits, hdu).format()
    await verifyChecksums(hdu).catch(note)
    if (hdu instanceof ImageHdu) await hdu.read().catch(note)
    if (hdu instanceof TableHdu) await readTable(hdu).catch(note)
  }
  for await (const { message } of findFaults(fits)) expect(message).not.toBe('')
  return thrown
}

async function readTable(table: TableHdu): Promise<void> {
  for await (const row of table.rows({ to: Math.min(3, table.rowCount) })) Object.values(row)
  for (const { number } of table.columns) {
    const values = await table.column(number)
    const size = Array.isArray(values) ? values.length : values.byteLength
    // Bits become bytes, and scaled bytes float64; descriptors may point twice at one cell.
    expect(size).toBeLessThanOrEqual(64 * MAX_BYTES)
  }
}

/** Anywhere: without the bias to the first bytes, which would leave little that opens. */
const place = fc.noBias(fc.integer({ min: 0, max: 2 ** 30 - 1 })).map((at) => at / 2 ** 30)

const value = fc.oneof(
  fc.constantFrom('', '-1', '0', '1', '2', '7', '2147483648', '9007199254740993', '1E300', '4.5', 'T', 'NaN', "''"),
  fc.constantFrom(
    "'J'",
    "'0J'",
    "'1PJ(9)'",
    "'1QD'",
    "'PX'",
    "'999999999A'",
    "'7X'",
    "'A3'",
    "'F9.3'",
    "'I20'",
    "'5PB'",
    "'rAw'",
  ),
  fc.constantFrom("'(2,2)'", "'(0)'", "'(-1,-1)'", "'(99999999999,2)'", "'"),
  fc.integer({ min: -100, max: 5000 }).map(String),
)

/** A header card with another value, another keyword, or the text of a card elsewhere. */
const cardChange = fc.record({ kind: fc.constantFrom('value', 'copy', 'blank'), at: place, other: place, value })
const byteChange = fc.record({ at: place, byte: fc.integer({ min: 0, max: 255 }) })

interface Damage {
  readonly cards: readonly { kind: string; at: number; other: number; value: string }[]
  readonly bytes: readonly { at: number; byte: number }[]
  readonly cut: number | undefined
}

function damaged(file: Uint8Array, { cards, bytes, cut }: Damage): Uint8Array {
  const copy = Buffer.from(file)
  const starts = cardsOf(copy)
  for (const card of cards) {
    const start = starts[Math.floor(card.at * starts.length)]!
    const other = starts[Math.floor(card.other * starts.length)]!
    if (card.kind === 'copy') copy.copy(copy, start, other, other + 80)
    else if (card.kind === 'blank') copy.fill(' ', start, start + 80)
    else copy.write(card.value.padEnd(70), start + 10, 'latin1')
  }
  for (const { at, byte } of bytes) copy[Math.floor(at * copy.length)] = byte
  return new Uint8Array(copy.subarray(0, cut === undefined ? copy.length : Math.floor(cut * copy.length)))
}

/** Where lines begin that look like a card of a table's structure: those are what reading depends on. */
function cardsOf(file: Buffer): number[] {
  const starts: number[] = []
  for (let at = 0; at + 80 <= file.length; at += 80) {
    if (
      /^(?:NAXIS|PCOUNT|GCOUNT|TFIELDS|T[A-Z]{3,4}\d|THEAP|XTENSION|BITPIX|[A-Z]+\d* *=)/.test(
        file.toString('latin1', at, at + 10),
      )
    )
      starts.push(at)
  }
  return starts.length > 0 ? starts : [0]
}

test('whatever becomes of headers and bytes of tables, reading ends in values or typed errors', {
  timeout: 240_000,
}, async () => {
  const damage = fc.record({
    cards: fc.array(cardChange, { maxLength: 3 }),
    bytes: fc.array(byteChange, { maxLength: 4 }),
    cut: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: place }),
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...FILES), damage, async (file, change) => {
      expect(await surprises(damaged(file, change))).toEqual([])
    }),
    { seed: 31, numRuns: 10_000 },
  )
})
