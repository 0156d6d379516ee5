import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { afterAll, expect, test } from 'vitest'
import { sameBits, sameBytes, sameHeaders } from '../contest/results.mjs'

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

test('bytes and values of headers are the same or not', async () => {
  expect(await sameBytes(text('a', 'xyz'), text('b', 'xyz'))).toMatchObject({ isSame: true })
  expect(await sameBytes(text('a', 'xyz'), text('b', 'xy'))).toMatchObject({ isSame: false })
  expect(await sameHeaders(text('a', '{"K":1,"L":2}'), text('b', '{"L": 2, "K": 1}'))).toMatchObject({ isSame: true })
  expect(await sameHeaders(text('a', '{"K":1}'), text('b', '{"K":"1"}'))).toMatchObject({ isSame: false })
  expect(await sameHeaders(text('a', '{}'), text('b', '{}'))).toMatchObject({ isSame: false })
})
