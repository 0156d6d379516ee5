import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { afterAll, expect, test } from 'vitest'
import { sameBits, sameBitsOfAll, sameBytes, sameHeaders } from '../contest/results.mjs'

const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function image(name, values) {
  const path = join(folder, `${name}.fits`)
  await writeImage(path, { data: Float32Array.from(values), width: values.length, height: 1 })
  return { path }
}

function text(name, contents) {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return { path }
}

test('images are the same when each bit is, after the scale of who has another', async () => {
  const right = await image('right', [1, 2, 3])
  expect(await sameBits(await image('same', [1, 2, 3]), right)).toEqual({ isSame: true, text: 'same bits' })
  expect(await sameBits({ ...(await image('half', [0.5, 1, 1.5])), scale: 2 }, right)).toMatchObject({ isSame: true })
  expect(await sameBits(await image('other', [1, 2.5, 3]), right)).toEqual({
    isSame: false,
    text: '1 pixels differ, by up to 0.500',
  })
  expect(await sameBits(await image('zero', [-0]), await image('minus', [0]))).toMatchObject({ isSame: false })
  expect(await sameBits(await image('short', [1, 2]), right)).toEqual({ isSame: false, text: '2 pixels, not 3' })
})

test('results in folders are compared one by one, in the order of the numbers in their names', async () => {
  const results = async (name, files) => {
    mkdirSync(join(folder, name))
    for (const [file, values] of Object.entries(files)) await image(join(name, file), values)
    return { path: join(folder, name) }
  }
  const right = await results('all', { 'b-0': [1, 2], 'b-1': [3, 4], 'b-2': [5, 6] })
  const same = await results('numbered', { 'a-10': [5, 6], 'a-8': [1, 2], 'a-9': [3, 4] })
  expect(await sameBitsOfAll(same, right)).toEqual({ isSame: true, text: 'same bits in 3 files' })
  const other = await results('turned', { 'a-1': [1, 2], 'a-2': [5, 6], 'a-3': [3, 4] })
  expect(await sameBitsOfAll(other, right)).toEqual({
    isSame: false,
    text: 'file 2: 2 pixels differ, by up to 2.00',
  })
  const few = await results('few', { 'a-1': [1, 2] })
  expect(await sameBitsOfAll(few, right)).toEqual({ isSame: false, text: '1 files, not 3' })
  const none = await Promise.all(['none', 'nothing'].map((name) => results(name, {})))
  expect(await sameBitsOfAll(none[0], none[1])).toMatchObject({ isSame: false })
})

test('bytes and values of headers are the same or not', async () => {
  expect(await sameBytes(text('a', 'xyz'), text('b', 'xyz'))).toMatchObject({ isSame: true })
  expect(await sameBytes(text('a', 'xyz'), text('b', 'xy'))).toMatchObject({ isSame: false })
  expect(await sameHeaders(text('a', '{"K":1,"L":2}'), text('b', '{"L": 2, "K": 1}'))).toMatchObject({ isSame: true })
  expect(await sameHeaders(text('a', '{"K":1}'), text('b', '{"K":"1"}'))).toMatchObject({ isSame: false })
  expect(await sameHeaders(text('a', '{}'), text('b', '{}'))).toMatchObject({ isSame: false })
})
