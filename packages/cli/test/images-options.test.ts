import { join } from 'node:path'
import { openFits, readImage, writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

const SIZE = { width: 60, height: 40 }

/** A folder with three frames of noise. */
async function withFrames() {
  const folder = await temporaryFolder()
  for (let index = 0; index < 3; index++) {
    const data = Float32Array.from(
      { length: 2400 },
      (_, i) => 100 + ((Math.imul(i + index * 7, 0x9e3779b1) >>> 20) % 50) / 7,
    )
    await writeImage(join(folder, `${index}.fits`), { data, ...SIZE })
  }
  const datalab = (...argv: string[]) => runMain(argv, { cwd: folder })
  const frames = [0, 1, 2].map((index) => `${index}.fits`)
  const median = async (...more: string[]) => {
    const { code, stdout, stderr } = await datalab('run', 'median', ...frames, '--out', 'out', ...more)
    const name = stdout.split('\n').find((line) => /\.fits(\.fz)?$/.test(line)) ?? ''
    return { code, stdout, stderr, name, path: join(folder, name) }
  }
  return { datalab, median, frames }
}

test('results are compressed as the host says, and each way is a job of its own', async () => {
  const { median } = await withFrames()
  const plain = await median()
  const { data } = await readImage(plain.path)
  expect(plain.name).toMatch(/\.fits$/)
  expect((await median('--fits-compression', 'none')).stdout).toContain('(cached)')

  const lossless = await median('--fits-compression', 'lossless')
  expect(lossless.name).toMatch(/^out\/median-[0-9a-f]{8}\.fits\.fz$/)
  expect((await readImage(lossless.path)).data).toEqual(data)
  expect(await algorithmOf(lossless.path)).toBe('GZIP_2')
  expect((await median('--fits-compression', 'lossless')).stdout).toContain('(cached)')

  const quantized = await median('--fits-compression', 'quantize:4')
  expect(new Set([plain.name, lossless.name, quantized.name]).size).toBe(3)
  expect(await algorithmOf(quantized.path)).toBe('RICE_1')
  const { data: near } = await readImage(quantized.path)
  expect(near).not.toEqual(data)
  for (const [i, value] of near.entries()) expect(Math.abs(value - data[i]!)).toBeLessThan(0.5)
})

test('verify compresses again in the same way', async () => {
  const { datalab, median } = await withFrames()
  for (const compression of ['lossless', 'quantize:4', 'quantize:1.5']) {
    const { name } = await median('--fits-compression', compression)
    const { code, stdout } = await datalab('verify', name)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('every pixel is the same') })
  }
})

test('the key and the plan tell it apart', async () => {
  const { datalab, frames } = await withFrames()
  const keys = await Promise.all(
    [[], ['none'], ['lossless'], ['quantize:4'], ['quantize:16']].map(async (value) => {
      const flag = value.map((text) => `--fits-compression=${text}`)
      const { stdout } = await datalab('key', 'median', ...frames, ...flag)
      expect((await datalab('plan', 'median', ...frames, ...flag)).stdout).toContain(stdout)
      return stdout
    }),
  )
  expect(keys[0]).toBe(keys[1])
  expect(new Set(keys).size).toBe(4)
})

test('without previews there is the FITS file alone, as a job of its own, which verify runs again so', async () => {
  const { datalab, median } = await withFrames()
  const plain = await median()
  const bare = await median('--no-previews')
  expect(plain.stdout.match(/\.jpg$/gm)).toHaveLength(2)
  expect(bare.stdout).not.toContain('.jpg')
  expect(bare.name).not.toBe(plain.name)
  expect((await readImage(bare.path)).data).toEqual((await readImage(plain.path)).data)
  expect((await median('--no-previews')).stdout).toContain('(cached)')
  expect((await datalab('verify', bare.name)).stdout).toBe(
    `${bare.name}: Median, revision 2: run again, every pixel is the same.\n`,
  )
})

test.each(['rice', 'quantize', 'quantize:0', 'quantize:-4', 'quantize:1e3'])('refuses %s', async (value) => {
  const { median } = await withFrames()
  const { code, stderr } = await median('--fits-compression', value)
  expect(code).toBe(2)
  expect(stderr).toContain('--fits-compression takes none, lossless or quantize:4')
})

async function algorithmOf(path: string): Promise<unknown> {
  await using fits = await openFits(path)
  return fits.hdus[1]?.storedHeader.get('ZCMPTYPE')
}
