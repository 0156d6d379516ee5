import { join } from 'node:path'
import { readImage, writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

test('brightens each of two frames, by a negative number', async () => {
  const folder = await temporaryFolder()
  for (const [name, value] of [['a', 1] as const, ['b', 2] as const])
    await writeImage(join(folder, `${name}.fits`), { data: Float32Array.of(value, 10), width: 2, height: 1 })
  const argv = ['run', 'increase-brightness', 'b.fits', 'a.fits', '--increase-by', '-2.5', '--out', 'out', '--json']
  const { code, stdout } = await runMain(argv, { cwd: folder })
  expect(code).toBe(0)
  const { key } = JSON.parse(stdout) as { key: string }
  const paths = [1, 2].map((number) => join(folder, `out/increase-brightness-${key.slice(0, 8)}-${number}.fits`))
  const results = await Promise.all(paths.map((path) => readImage(path)))
  expect(results.map(({ data }) => [...data])).toEqual([
    [-0.5, 7.5],
    [-1.5, 7.5],
  ])
})
