import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

async function withFrames() {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'frames'))
  for (const [index, level] of [3, 1, 2].entries()) {
    const data = new Float32Array(6 * 4).map((_, pixel) => level + pixel)
    data[5] = Number.NaN
    await writeImage(join(folder, 'frames', `${index}.fits`), { data, width: 6, height: 4 })
  }
  const datalab = (...argv: string[]) => runMain(argv, { cwd: folder })
  const frames = [0, 1, 2].map((index) => `frames/${index}.fits`)
  return { folder, datalab, frames }
}

const fitsIn = (stdout: string) => stdout.split('\n').filter((line) => line.endsWith('.fits'))

describe('verify', () => {
  test('runs a median again, and finds every pixel the same', async () => {
    const { datalab, frames } = await withFrames()
    const [out = ''] = fitsIn((await datalab('run', 'median', ...frames, '--out', 'out')).stdout)
    const { code, stdout, stderr } = await datalab('verify', out)
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Median is running.\n' })
    expect(stdout).toBe(`${out}: Median, revision 2: run again, every pixel is the same.\n`)
  })

  test('finds the one of several results that a file is', async () => {
    const { datalab, frames } = await withFrames()
    const run = ['run', 'increase-brightness', ...frames, '--increase-by', '-1.5', '--out', 'out']
    const files = fitsIn((await datalab(...run)).stdout)
    expect(files).toHaveLength(3)
    for (const file of files) expect((await datalab('verify', file)).stdout).toContain('every pixel is the same')
  })

  test('finds results that results were made from', async () => {
    const { folder, datalab, frames } = await withFrames()
    await datalab('run', 'median', ...frames, '--out', 'out')
    const { output } = JSON.parse((await datalab('run', 'median', ...frames, '--out', 'out', '--json')).stdout)
    const [{ basename }] = output.output_files
    const inputs = { input_files: [{ source: 'datalab', basename }], increase_by: 2 }
    await writeFile(join(folder, 'chain.json'), JSON.stringify(inputs))
    const run = await datalab('run', 'increase-brightness', '--inputs', 'chain.json', '--out', 'out')
    const [out = ''] = fitsIn(run.stdout)
    expect((await datalab('verify', out)).stdout).toContain('every pixel is the same')
  })

  test('says how many pixels differ, by how much, and where', async () => {
    const { folder, datalab, frames } = await withFrames()
    const [out = ''] = fitsIn((await datalab('run', 'median', ...frames, '--out', 'out')).stdout)
    const bytes = await readFile(join(folder, out))
    // The last two pixels of the data, which fill 96 bytes of the last block.
    bytes.writeFloatBE(100, bytes.length - 2880 + 22 * 4)
    bytes.writeFloatBE(Number.NaN, bytes.length - 2880 + 23 * 4)
    await writeFile(join(folder, 'changed.fits'), bytes)
    const { code, stdout } = await datalab('verify', 'changed.fits')
    expect(code).toBe(1)
    expect(stdout).toContain('run again, 2 pixels differ, by up to Infinity, the first at (5, 4).')
    expect(JSON.parse((await datalab('verify', 'changed.fits', '--json')).stdout)).toMatchObject({
      isSame: false,
      difference: { pixels: 2, first: { x: 5, y: 4 } },
    })
  })

  test('notes that an input file is another version, and compares all the same', async () => {
    const { folder, datalab, frames } = await withFrames()
    const [out = ''] = fitsIn((await datalab('run', 'median', ...frames, '--out', 'out')).stdout)
    await copyFile(join(folder, 'frames/0.fits'), join(folder, 'frames/copy'))
    await rename(join(folder, 'frames/copy'), join(folder, 'frames/0.fits'))
    const { code, stdout } = await datalab('verify', out)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /every pixel is the same\.\nnote: input_files, item \d: 0\.fits is another version of the file/,
    )
  })

  test('finds folders of input files that are far away, by what the run remembered', async () => {
    const { folder, datalab, frames } = await withFrames()
    const elsewhere = await temporaryFolder()
    const out = join(elsewhere, 'results')
    const run = ['run', 'median', ...frames, '--root', 'night=frames', '--out', out]
    const [file = ''] = fitsIn((await datalab(...run)).stdout)
    const far = await runMain(['verify', file], { cwd: elsewhere })
    expect(far.stdout).toContain('every pixel is the same')
    await rename(join(folder, 'frames'), join(folder, 'moved'))
    expect((await runMain(['verify', file], { cwd: elsewhere })).code).toBe(2)
  })

  test('asks for a folder that it does not find', async () => {
    const { folder, datalab, frames } = await withFrames()
    const [out = ''] = fitsIn((await datalab('run', 'median', ...frames, '--out', 'out')).stdout)
    await mkdir(join(folder, 'deep/er/still'), { recursive: true })
    await rename(join(folder, 'frames'), join(folder, 'deep/er/still/frames'))
    const { code, stderr } = await datalab('verify', out)
    expect(code).toBe(2)
    const [, root] = /The folder '(frames-[0-9a-f]{8})' .* --root \1=DIR\./.exec(stderr) ?? []
    expect(root).toBeDefined()
    expect((await datalab('verify', out, '--root', `${root}=deep/er/still/frames`)).code).toBe(0)
  })

  test.each([
    [[], "'verify' takes one FITS file"],
    [['nothing.fits'], 'nothing.fits does not exist. Check its name.'],
    [['frames'], 'frames is a folder. Give a FITS file.'],
    [['frames/0.fits'], 'frames/0.fits does not say what it was made from.'],
  ])('%o is refused with a sentence', async (argv, sentence) => {
    const { datalab } = await withFrames()
    const { code, stderr } = await datalab('verify', ...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(sentence)
  })
})
