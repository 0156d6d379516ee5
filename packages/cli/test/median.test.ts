import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Header, readImage, writeImage } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { filesBelow, type Outcome, runMain, temporaryFolder } from './run-main.js'

/** A folder with frames a, b and c of 3 x 2 pixels. */
async function frames(): Promise<string> {
  const folder = await temporaryFolder()
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    const data = Float32Array.from({ length: 6 }, (_, pixel) => pixel + index * 10)
    await writeImage(join(folder, `${name}.fits`), {
      data,
      width: 3,
      height: 2,
      header: new Header().set('OBJECT', name),
    })
  }
  return folder
}

test('the median of three frames, with previews, once', async () => {
  const folder = await frames()
  const argv = ['run', 'median', '--input-files', 'a.fits', 'b.fits', 'c.fits', '--out', 'results']
  const { code, stdout } = await runMain(argv, { cwd: folder })
  expect(code).toBe(0)
  const [, fits, large, small] = stdout.split('\n') as [string, string, string, string]
  expect(fits).toMatch(/^results\/median-[0-9a-f]{8}\.fits$/)
  expect(large).toBe(fits.replace('.fits', '-large.jpg'))
  expect(small).toBe(fits.replace('.fits', '-small.jpg'))
  const { data } = await readImage(join(folder, fits))
  expect(Array.from(data)).toEqual([10, 11, 12, 13, 14, 15])
  const header = await runMain(['fits', 'header', fits], { cwd: folder })
  expect(header.stdout).toContain("OBJECT  = 'a       '")
  expect(header.stdout).not.toContain(folder.slice(1))
  expect((await runMain(argv, { cwd: folder })).stdout).toContain('Median: its result was there (cached)')
})

describe('bad input: a sentence that names the field and the way out, and nothing left behind', () => {
  async function refused(argv: readonly string[], input?: string): Promise<Outcome & { left: string[] | undefined }> {
    const folder = await frames()
    await mkdir(join(folder, 'folder'))
    await writeFile(join(folder, 'text.fits'), 'not FITS at all\n')
    const bytes = await readFile(new URL('../../fits/test/fixtures/rice-none.fits.fz', import.meta.url))
    await writeFile(join(folder, 'cut.fits.fz'), bytes.subarray(0, bytes.length - 2880))
    await copyFile(join(folder, 'a.fits'), join(folder, 'whole.fits'))
    const outcome = await runMain(['run', 'median', '--out', 'out', ...argv], {
      cwd: folder,
      ...(input === undefined ? {} : { input }),
    })
    return { ...outcome, left: existsSync(join(folder, 'out')) ? await filesBelow(join(folder, 'out')) : undefined }
  }

  test.each([
    ['one file', ['a.fits'], 'Input Files (input_files) needs at least 2, and 1 is given; add 1 more.'],
    [
      'a missing file',
      ['a.fits', 'no.fits'],
      'Input Files (input_files), item 2: no.fits does not exist. Check its name.',
    ],
    ['a folder', ['folder', 'a.fits'], 'Input Files (input_files), item 1: folder is a folder. Give a file.'],
    [
      '1000 files',
      Array(1000).fill('a.fits'),
      'Input Files (input_files) takes at most 999, and 1000 are given; take 1 away.',
    ],
    [
      'an unknown input',
      ['a.fits', 'b.fits', '--input-file', 'c.fits'],
      "There is no flag '--input-file' here. Did you mean '--input-files'?",
    ],
  ])('%s', async (_, argv, message) => {
    const { code, left, stderr, stdout } = await refused(argv)
    expect(stderr).toContain(message)
    expect({ code, left, stdout }).toEqual({ code: 2, left: undefined, stdout: '' })
  })

  test.each([
    [
      '../ in JSON',
      { input_files: ['a.fits', '../a.fits'] },
      'Input Files (input_files), item 2, basename is "../a.fits"; give a relative name',
    ],
    [
      'an unknown input in JSON',
      { input_files: ['a.fits', 'b.fits'], files: 1 },
      'There is no input "files"; leave it out (the inputs are input_files).',
    ],
  ])('%s', async (_, inputs, message) => {
    const { code, left, stderr } = await refused(['--inputs', '-'], JSON.stringify(inputs))
    expect(stderr).toContain(message)
    expect({ code, left }).toEqual({ code: 2, left: undefined })
  })

  test.each([
    ['a text file', 'text.fits', /Input Files \(input_files\), text\.fits: .*not a FITS file/],
    ['a truncated file', 'cut.fits.fz', /Input Files \(input_files\), cut\.fits\.fz: .*cut.*fetch it again/],
  ])('%s', async (_, name, message) => {
    const { code, left, stderr, stdout } = await refused(['a.fits', name])
    expect(stderr).toMatch(message)
    expect({ code, left, stdout }).toEqual({ code: 1, left: [], stdout: '' })
  })
})
