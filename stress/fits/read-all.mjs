import {
  CompressedTable,
  findFaults,
  ImageHdu,
  inheritedHeader,
  isFitsError,
  openFits,
  TableHdu,
  unpackFits,
  verifyChecksums,
} from '@datalab/fits'

/** Of larger images a part is read. */
const MAX_PIXELS = 300_000

const MAX_HDUS = 12

/** Of what becomes larger, so many bytes are taken. */
const MAX_UNPACKED = 4_000_000

/**
 * Reads what there is to read of a file, in several ways.
 *
 * @returns What was thrown that is no error about the file; and how the file was opened: with which code of error, or `read`.
 */
export async function readAll(bytes, random) {
  const surprises = []
  const note = (error) => {
    if (!isFitsError(error)) surprises.push(error)
    return error.code
  }
  const state = { outcome: 'read', note }
  let fits
  try {
    fits = await openFits(bytes)
    await readHdus(fits, random, state)
    if (random.below(20) === 0) for await (const { message } of findFaults(fits)) String(message)
    if (random.below(20) === 0) await unpack(fits)
  } catch (error) {
    state.outcome = note(error)
  } finally {
    await fits?.close()
  }
  return { surprises, outcome: state.outcome }
}

async function readHdus(fits, random, state) {
  for (const hdu of fits.hdus.slice(0, MAX_HDUS)) {
    if (hdu.error) state.outcome = hdu.error.code
    for (const work of readingsOf(fits, hdu, random)) {
      try {
        await work()
      } catch (error) {
        state.outcome = state.note(error)
      }
    }
  }
}

async function unpack(fits) {
  let left = MAX_UNPACKED
  for await (const { length } of unpackFits(fits)) {
    left -= length
    if (left < 0) break
  }
}

function readingsOf(fits, hdu, random) {
  const readings = [() => inheritedHeader(fits, hdu).format(), () => [hdu.extname, hdu.extver, hdu.kind]]
  if (random.below(8) === 0) readings.push(() => verifyChecksums(hdu))
  if (hdu instanceof ImageHdu && hdu.hasData) readings.push(...imageReadings(hdu, random))
  if (hdu instanceof TableHdu) readings.push(() => readTable(hdu))
  if (hdu instanceof CompressedTable && random.below(3) === 0) readings.push(() => readTable(hdu.stored))
  return readings
}

function imageReadings(hdu, random) {
  const pixels = hdu.width * hdu.height * hdu.planes
  const y = random.below(hdu.height)
  const readings = [() => hdu.width <= MAX_PIXELS && hdu.readRows(y, y + 1)]
  if (pixels <= MAX_PIXELS) readings.push(() => (random.below(4) === 0 ? hdu.readStored() : hdu.read()))
  const start = hdu.shape.map((length) => random.below(length))
  const shape = hdu.shape.map((length, axis) => Math.min(7, length - start[axis]))
  if (hdu.shape.length < 8) readings.push(() => hdu.readSection({ start, shape }))
  return readings
}

async function readTable(table) {
  for await (const row of table.rows({ to: Math.min(3, table.rowCount) })) Object.values(row)
  for (const { number, isVariable } of table.columns.slice(0, 40)) {
    const to = Math.min(table.rowCount, isVariable ? 200 : 2000)
    await table.column(number, { from: 0, to })
  }
}
