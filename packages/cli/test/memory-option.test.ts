import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

/** A folder with frames a, b and c of 300 x 200 pixels. */
async function frames(): Promise<string> {
  const folder = await temporaryFolder()
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    const data = Float32Array.from({ length: 60_000 }, (_, pixel) => Math.sin(pixel * (index + 1)) * 100)
    await writeImage(join(folder, `${name}.fits`), { data, width: 300, height: 200 })
  }
  return folder
}

/** What a run leaves, by the digests of its files. */
async function digests(folder: string, argv: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runMain(['run', ...argv], { cwd: folder })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const paths = stdout.split('\n').slice(1, -1)
  expect(paths.length).toBeGreaterThan(0)
  return Promise.all(
    paths.map(async (path) =>
      createHash('sha256')
        .update(await readFile(join(folder, path)))
        .digest('hex'),
    ),
  )
}

test.each([
  ['median', ['median', 'a.fits', 'b.fits', 'c.fits']],
  ['brightness', ['increase-brightness', 'a.fits', '--increase-by', '5', '--fits-compression', 'quantize:4']],
])('%s: with little memory the files are the same', async (_, argv) => {
  const folder = await frames()
  const wanted = await digests(folder, [...argv, '--out', 'much'])
  expect(await digests(folder, [...argv, '--out', 'little', '--memory', '100K'])).toEqual(wanted)
  expect(await digests(folder, [...argv, '--out', 'none', '--memory', '1'])).toEqual(wanted)
})

test.each(['', 'much', '-1', '0', '5X', '1e3', 'NaN'])('a size of %j is refused', async (text) => {
  const folder = await frames()
  const { code, stderr } = await runMain(['run', 'median', 'a.fits', 'b.fits', '--out', 'o', `--memory=${text}`], {
    cwd: folder,
  })
  expect(code).toBe(2)
  expect(stderr).toContain('--memory takes a size such as 512M or 2G')
})
