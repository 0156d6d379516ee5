import { Blob as NodeBlob } from 'node:buffer'
import { openAsBlob } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type FitsInput, readImage } from '../src/index.js'
import { memorySource } from '../src/memory-source.js'
import { fixture, fixtureBytes, hashOf } from './support.js'

const NAME = 'int16.fits'

/** A Blob of another class than Node's. */
function foreignBlob(bytes: Uint8Array) {
  return {
    size: bytes.length,
    arrayBuffer: async () => Uint8Array.from(bytes).buffer,
    slice: (start: number, end: number) => foreignBlob(bytes.subarray(start, end)),
  }
}

test('a file is read alike from whatever it is', async () => {
  const bytes = fixtureBytes(NAME)
  const handle = await open(fixture(NAME))
  const elsewhere = runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array
  expect(elsewhere).not.toBeInstanceOf(Uint8Array)
  const inputs: FitsInput[] = [
    fixture(NAME),
    pathToFileURL(fixture(NAME)),
    pathToFileURL(fixture(NAME)).href,
    handle,
    bytes,
    elsewhere,
    elsewhere.buffer as ArrayBuffer,
    new NodeBlob([bytes]),
    new globalThis.Blob([Uint8Array.from(bytes)]),
    new File([Uint8Array.from(bytes)], 'm13.fits'),
    await openAsBlob(fixture(NAME)),
    foreignBlob(bytes),
    memorySource(bytes),
  ]
  const expected = hashOf((await readImage(bytes)).data)
  for (const input of inputs) expect(hashOf((await readImage(input)).data)).toBe(expected)
  await handle.close()
})

test('a source that reads less than it is asked for is asked again', async () => {
  const bytes = fixtureBytes(NAME)
  const whole = memorySource(bytes)
  const slow = { ...whole, read: (offset: number, into: Uint8Array) => whole.read(offset, into.subarray(0, 1000)) }
  expect(hashOf((await readImage(slow)).data)).toBe(hashOf((await readImage(bytes)).data))
})

const source = memorySource(new Uint8Array(2880))

test.each([
  ['null', null, 'null cannot be read; give a path'],
  ['nothing', undefined, 'undefined cannot be read'],
  ['a number', 3, 'give a FileHandle'],
  ['an object', {}, 'an object cannot be read; give a path'],
  ['an answer', new Response('x'), 'a Response cannot be read; of what fetch gives, give await response.blob()'],
  ['a stream', new NodeBlob(['x']).stream(), 'collect them first'],
  ['an empty path', '', 'the path is empty'],
  ['a NUL in a path', 'a\0b', 'NUL'],
  ['an address', 'https://localhost/a.fits', 'not read by its address'],
  ['an address as URL', new URL('ftp://localhost/a.fits'), 'not read by its address'],
  ['a folder of elsewhere', 'file://%2f/a', 'names no file'],
  ['a source without a size', { ...source, size: Number.NaN }, 'size of the ByteSource is NaN'],
  ['a source that tells nothing', { ...source, read: async () => undefined }, 'gave undefined for 2880 bytes'],
  ['a source that tells too much', { ...source, read: async () => 2881 }, 'gave 2881 for 2880 bytes'],
])('refuses %s by name', async (_, input, message) => {
  const error = await readImage(input as FitsInput).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TypeError)
  expect(error).toMatchObject({ code: 'FITS_ARGUMENT', message: expect.stringContaining(message) })
})

test('a handle that was opened for writing is told', async () => {
  const path = join(tmpdir(), `fits-input-${process.pid}.fits`)
  await writeFile(path, fixtureBytes(NAME))
  const handle = await open(path, 'a')
  await expect(readImage(handle)).rejects.toMatchObject({ code: 'FITS_ARGUMENT', message: /open the file for reading/ })
  await handle.close()
})
