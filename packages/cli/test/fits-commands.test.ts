import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Header, writeImage, writeTable } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

const compressed = new URL('../../fits/test/fixtures/rice-none.fits.fz', import.meta.url).pathname
const tables = new URL('../../fits/test/fixtures/tables.fits', import.meta.url).pathname
const cube = new URL('../../fits/test/fixtures/cube.fits', import.meta.url).pathname

async function prepared() {
  const folder = await temporaryFolder()
  const header = new Header().set('OBJECT', 'M13')
  const image = { data: Uint16Array.from({ length: 600 }, (_, i) => i), width: 30, height: 20, header }
  await writeImage(join(folder, 'a.fits'), image, { checksum: true })
  const columns = [{ name: 'flux', data: new Float32Array(3) }]
  await writeTable(join(folder, 't.fits'), { columns, extname: 'CAT' })
  const fits = (...argv: string[]) => runMain(['fits', ...argv], { cwd: folder })
  return { folder, fits }
}

test('info lists HDUs, a line each', async () => {
  const { fits } = await prepared()
  expect((await fits('info', 'a.fits')).stdout).toBe(
    'a.fits:\nNo.  Name     Ver  Kind     Cards  Dimensions  Format\n0    PRIMARY  1    primary  10     30 x 20     uint16\n',
  )
  expect((await fits('info', 't.fits')).stdout).toMatch(/^1 +CAT +1 +bintable +\d+ +3 rows x 1 columns +1E$/m)
  expect((await fits('info', compressed)).stdout).toMatch(
    /^1 +COMPRESSED_IMAGE +1 +compressed-image +\d+ +40 x 30 +float32, RICE_1$/m,
  )
  const { code, stdout } = await fits('info', tables, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)[1]).toMatchObject({
    index: 1,
    name: 'ALL',
    kind: 'bintable',
    dimensions: '5 rows x 24 columns',
  })
})

test('info of a file that is cut says so', async () => {
  const { folder, fits } = await prepared()
  await writeFile(join(folder, 'cut.fits'), (await readFile(join(folder, 'a.fits'))).subarray(0, 3000))
  const { code, stdout, stderr } = await fits('info', 'cut.fits')
  expect(code).toBe(0)
  expect(stdout).toContain('30 x 20')
  expect(stderr).toMatch(/^datalab: HDU 0 in cut.fits: the file is cut: .*\.$/m)
})

test('dump is one line of JSON', async () => {
  const { folder, fits } = await prepared()
  const { code, stdout } = await fits('dump', 't.fits')
  expect(code).toBe(0)
  expect(stdout.trimEnd()).not.toContain('\n')
  expect(JSON.parse(stdout)).toMatchObject({ file: 't.fits', hdus: [{}, { extname: 'CAT', table: { nrows: 3 } }] })
  await writeFile(join(folder, 'text'), 'text')
  const text = await fits('dump', 'text')
  expect(text.code).toBe(1)
  expect(JSON.parse(text.stdout)).toMatchObject({ error: { code: 'FITS_NOT_FITS' } })
})

test('verify finds nothing wrong, or exits with 1', async () => {
  const { folder, fits } = await prepared()
  expect(await fits('verify', 'a.fits')).toEqual({ code: 0, stdout: 'a.fits: 1 HDU, nothing wrong.\n', stderr: '' })
  const bytes = await readFile(join(folder, 'a.fits'))
  bytes[2900] = 1
  await writeFile(join(folder, 'a.fits'), bytes)
  const { code, stdout } = await fits('verify', 'a.fits')
  expect(code).toBe(1)
  expect(stdout).toBe(
    'HDU 0: error: the data are not those its DATASUM was made of.\n' +
      'HDU 0: error: header and data are not those its CHECKSUM was made of.\n' +
      'a.fits: 1 HDU, 2 errors.\n',
  )
  const json = await fits('verify', 'a.fits', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ file: 'a.fits', faults: [{ hdu: 0, level: 'error' }, {}] })
})

test('a warning is no failure', async () => {
  const { folder, fits } = await prepared()
  const header = new Header().append('DUP', 1).append('DUP', 2)
  await writeImage(join(folder, 'a.fits'), { data: new Int16Array(6), width: 3, height: 2, header })
  expect(await fits('verify', 'a.fits')).toEqual({
    code: 0,
    stdout: 'HDU 0: warning: DUP stands there 2 times; the first counts.\na.fits: 1 HDU, 1 warning.\n',
    stderr: '',
  })
})

test('preview writes a JPEG', async () => {
  const { folder, fits } = await prepared()
  const isJpeg = async (name: string) =>
    (await readFile(join(folder, name))).subarray(0, 3).toString('hex') === 'ffd8ff'
  expect(await fits('preview', 'a.fits', '-o', 'a.jpg')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await isJpeg('a.jpg')).toBe(true)
  expect((await fits('preview', compressed, '--output=b.jpg', '--hdu', '1')).code).toBe(0)
  expect(await isJpeg('b.jpg')).toBe(true)
  expect((await fits('preview', cube, '-o', 'c.jpg')).stderr).toContain('2 planes; this is the first')
})

test('help tells what goes with what', async () => {
  const { fits } = await prepared()
  const all = await fits('--help')
  expect(all.code).toBe(0)
  for (const name of ['info', 'header', 'dump', 'verify', 'compress', 'decompress', 'preview']) {
    expect(all.stdout).toMatch(new RegExp(`^  datalab fits ${name} FILE.*  [A-Z].*\\.$`, 'm'))
    const own = await fits(name, '--help')
    expect(own).toMatchObject({ code: 0, stderr: '' })
    expect(own.stdout).toMatch(new RegExp(`^datalab fits ${name} FILE`))
    expect(await fits('help', name)).toEqual(own)
    expect(await runMain(['help', 'fits', name])).toEqual(own)
  }
  expect((await fits('preview', '-h')).stdout).toContain('--output FILE')
  expect((await fits('preview', '-h')).stdout).not.toContain('--json')
  expect(await fits('help')).toEqual(all)
  expect(await runMain(['help', 'fits'])).toEqual(all)
})

test('compress and decompress take a file there and back', async () => {
  const { folder, fits } = await prepared()
  const bytes = (name: string) => readFile(join(folder, name))
  expect(await fits('compress', 'a.fits')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect((await fits('info', 'a.fits.fz')).stdout).toContain('uint16, RICE_1')
  expect((await fits('decompress', 'a.fits.fz')).stderr).toContain('a.fits is there already. Say by -o what to write')
  expect((await fits('decompress', 'a.fits.fz', '-o', 'b.fits')).code).toBe(0)
  expect(await bytes('b.fits')).toEqual(await bytes('a.fits'))
  await writeFile(join(folder, 'c.fits.gz'), gzipSync(await bytes('t.fits')))
  expect((await fits('decompress', 'c.fits.gz')).code).toBe(0)
  expect(await bytes('c.fits')).toEqual(await bytes('t.fits'))
  const data = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i * i) * 100)
  await writeImage(join(folder, 'f.fits'), { data, width: 80, height: 50 })
  expect((await fits('compress', 'f.fits', '--fits-compression', 'quantize:4', '-o', 'q.fz')).code).toBe(0)
  expect((await fits('header', 'q.fz', '--stored')).stdout).toContain("ZQUANTIZ= 'SUBTRACTIVE_DITHER_1'")
})

test('compress ends when it is interrupted, and leaves nothing', async () => {
  const { folder } = await prepared()
  const onSignal = (listener: () => void) => {
    listener()
    return () => undefined
  }
  const { code, stderr } = await runMain(['fits', 'compress', 'a.fits'], { cwd: folder, onSignal })
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
  expect((await readdir(folder)).filter((name) => name.includes('.fz'))).toEqual([])
})

test.each([
  [['compress', 'a.fits', '--fits-compression', 'none'], 2, "'fits compress' compresses"],
  [['compress', 'a.fits', '-o', 'a.fits'], 2, 'is the FITS file itself'],
  [
    ['compress', 'a.fits', '-o', 'no/x.fz'],
    2,
    'no/x.fz cannot be written (ENOENT): its folder is not there. Make that first',
  ],
  [['compress', 'no.fits'], 2, 'no.fits does not exist. Check its name.'],
  [['decompress', 'a.fits'], 2, "Say where to: 'datalab fits decompress a.fits -o x.fits'."],
  [['preview', 'a.fits'], 2, "Say where to: 'datalab fits preview a.fits -o x.jpg'."],
  [
    ['preview', 'a.fits', '-o', './a.fits'],
    2,
    "'fits preview' writes a JPEG, not ./a.fits. Give a name such as x.jpg.",
  ],
  [['preview', 'a.fits', '-o', 'x.PNG'], 2, "'fits preview' writes a JPEG, not x.PNG."],
  [['preview', 'a.fits', '-o', '.'], 2, '. cannot be written (EISDIR): it is a folder. Name a file.'],
  [['info', ''], 2, "Name a file: 'datalab fits info FILE'."],
  [['preview', 'a.fits', '-o', 'no/x.jpg'], 2, 'no/x.jpg cannot be written (ENOENT): its folder is not there.'],
  [['preview', 't.fits', '-o', 'x.jpg'], 2, 't.fits holds no image.'],
  [['preview', 't.fits', '-o', 'x.jpg', '--hdu', 'CAT'], 2, "HDU 'CAT' of t.fits is no image with pixels."],
  [['info', 'no.fits'], 2, 'no.fits does not exist. Check its name.'],
  [['dump', 'no.fits'], 2, 'no.fits does not exist. Check its name.'],
  [['info', 'a.fits', '--hdu', '0'], 2, "'fits info' has no --hdu. Leave it out."],
  [['inf', 'a.fits'], 2, "There is no command 'fits inf'. Did you mean 'info'?"],
  [[], 2, 'datalab fits info|header|dump|verify|compress|decompress|preview FILE'],
  [['verify'], 2, "Name a file: 'datalab fits verify FILE'."],
  [['verify', 'a.fits', 'b.fits'], 2, "Leave 'b.fits' out."],
])('%j', async (argv, exitCode, message) => {
  const { fits } = await prepared()
  const { code, stderr } = await fits(...argv)
  expect(stderr).toContain(message)
  expect(code).toBe(exitCode)
})
