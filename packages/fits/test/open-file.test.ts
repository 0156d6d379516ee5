import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openFile } from '../src/open-file.js'

const folder = mkdtempSync(join(tmpdir(), 'open-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = join(folder, 'bytes')
writeFileSync(path, Uint8Array.of(1, 2, 3, 4, 5))

test('reads ranges, and less at the end', async () => {
  const file = await openFile(path)
  const into = new Uint8Array(4)
  expect(await file.read(0, into)).toBe(4)
  expect(into).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(await file.read(3, into)).toBe(2)
  expect(into.subarray(0, 2)).toEqual(Uint8Array.of(4, 5))
  expect(await file.read(9, into)).toBe(0)
  expect(file.stat().size).toBe(5n)
  await file.close()
})

test('is closed when what is being read is read, and read no more', async () => {
  const file = await openFile(path)
  const [first, second] = [new Uint8Array(2), new Uint8Array(3)]
  const reading = Promise.all([file.read(0, first), file.read(2, second)])
  const closing = file.close()
  await expect(file.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'EBADF' })
  expect(await reading).toEqual([2, 3])
  await closing
  await file.close()
  expect([...first, ...second]).toEqual([1, 2, 3, 4, 5])
  await expect(file.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'EBADF' })
})

test('says what the system says', async () => {
  await expect(openFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT', path: join(folder, 'none') })
  const opened = await openFile(folder)
  expect(opened.stat().isFile()).toBe(false)
  await opened.close()
})
