import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type BinaryTable, Hdu, type ImageHdu, openFits, verifyChecksums } from '../src/index.js'
import { memorySource } from '../src/memory-source.js'
import { fixture, fixtureBytes, hashOf } from './support.js'

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const CLOSED = { code: 'FITS_CLOSED', audience: 'developer' }

test.each([
  ['a path', (name: string) => fixture(name)],
  ['bytes', (name: string) => fixtureBytes(name)],
  ['a source', (name: string) => memorySource(fixtureBytes(name))],
])('after closing, every reading of %s says so', async (_, inputOf) => {
  for (const name of ['extensions.fits', 'extensions.fits.gz', 'rice-int16.fits.fz']) {
    const fits = await openFits(inputOf(name))
    const image = fits.hdus.filter((hdu) => 'read' in hdu && 'width' in hdu).at(-1) as ImageHdu
    await image.readRows(0, 1)
    await fits.close()
    await fits.close()
    const section = { start: [0, 0], shape: [1, 1] }
    const readings = [image.read(), image.readRows(0, 1), image.readSection(section), image.readStored({ section })]
    for (const reading of [...readings, drain(image.storedBytes('data')), drain(image.storedBytes('header'))]) {
      await expect(reading).rejects.toMatchObject(CLOSED)
    }
    expect(() => image.check()).toThrow(/was closed; read it before that, or open it again$/)
    expect(image.header.has('BITPIX')).toBe(true)
  }
})

test('a table says so, too, and the message names the file', async () => {
  const fits = await openFits(fixture('extensions.fits'))
  const table = fits.hdu('CAT') as BinaryTable
  const name = table.columns[0]!.key
  const rows = table.rows()
  await rows.next()
  await fits.close()
  const readings = [table.column(name), table.numbers(name), table.row(0), table.read(), drain(table.blocks([0]))]
  for (const reading of readings) {
    await expect(reading).rejects.toMatchObject({
      ...CLOSED,
      message: expect.stringContaining('extensions.fits was closed'),
    })
  }
  await expect(table.column(1, { from: 0, to: 0 })).rejects.toMatchObject(CLOSED)
  expect(table.columns.length).toBeGreaterThan(0)
})

test('closing waits for what is being read', async () => {
  const read = async (name: string) => {
    await using fits = await openFits(fixture(name))
    return (fits.hdus.find((hdu) => 'width' in hdu) as ImageHdu).read()
  }
  for (const name of ['int16.fits', 'rice-dither1-long.fits.fz']) {
    await using fits = await openFits(fixture(name))
    const image = fits.hdus.find((hdu) => 'width' in hdu) as ImageHdu
    expect(hashOf(await read(name))).toBe(hashOf(await image.read()))
  }
  const fits = await openFits(fixture('extensions.fits'))
  const table = fits.hdu('CAT') as BinaryTable
  const [columns] = await Promise.all([table.read(), fits.close()])
  expect(Object.keys(columns)).toHaveLength(table.columns.length)
})

test('the handle of somebody else stays open, and is missed when its owner closes it', async () => {
  const handle = await open(fixture('int16.fits'))
  const fits = await openFits(handle)
  await fits.close()
  expect((await handle.stat()).size).toBeGreaterThan(0)
  const again = await openFits(handle)
  await handle.close()
  const closed = { ...CLOSED, message: expect.stringContaining('the handle of the file was closed') }
  await expect((again.hdus[0] as ImageHdu).read()).rejects.toMatchObject(closed)
  await expect(openFits(handle)).rejects.toMatchObject(closed)
  await again.close()
})

test('checksums are not looked at in a closed file', async () => {
  const fits = await openFits(fixtureBytes('int16.fits'))
  await fits.close()
  const [hdu] = fits.hdus
  expect(hdu).toBeInstanceOf(Hdu)
  const stored = { ...hdu, storedHeader: hdu!.storedHeader.set('DATASUM', '1') }
  Object.setPrototypeOf(stored, Hdu.prototype)
  await expect(verifyChecksums(stored as Hdu)).rejects.toMatchObject(CLOSED)
})

test('closing does not wait for a source of somebody else, and what is being read goes on', async () => {
  const source = memorySource(fixtureBytes('int16.fits'))
  let go: () => void = () => {}
  const allowed = new Promise<void>((resolve) => {
    go = resolve
  })
  let reads = 0
  const read = async (offset: number, into: Uint8Array) => {
    if (++reads > 1) await allowed
    return source.read(offset, into)
  }
  const fits = await openFits({ ...source, read })
  const image = fits.hdus[0] as ImageHdu
  const reading = image.read()
  await fits.close()
  go()
  expect(await reading).toHaveLength(35)
  await expect(image.read()).rejects.toMatchObject(CLOSED)
})
