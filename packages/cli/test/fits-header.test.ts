import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Header, writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

const compressed = new URL('../../fits/test/fixtures/rice-none.fits.fz', import.meta.url).pathname

async function prepared() {
  const folder = await temporaryFolder()
  const header = new Header().set('OBJECT', 'M13').addHistory('made by hand')
  await writeImage(join(folder, 'a.fits'), { data: new Int16Array(6), width: 3, height: 2, header })
  const show = (...argv: string[]) => runMain(['fits', 'header', ...argv], { cwd: folder })
  return { folder, show }
}

test('prints the cards as they are', async () => {
  const { show } = await prepared()
  const { code, stdout, stderr } = await show('a.fits')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [title, first, ...lines] = stdout.split('\n')
  expect(title).toBe('# HDU 0 in a.fits:')
  expect(first).toMatch(/^SIMPLE {2}= {20}T \//)
  expect(lines).toContain("OBJECT  = 'M13     '")
  expect(lines).toContain('HISTORY made by hand')
  expect(stdout).not.toContain('END')
})

test('of all HDUs, or of one, as an image or as it is stored', async () => {
  const { show } = await prepared()
  const all = (await show(compressed)).stdout
  expect(all).toContain('# HDU 0 in ')
  expect(all).toContain('\n\n# HDU 1 in ')
  const one = (await show(compressed, '--hdu', '1')).stdout
  expect(one.startsWith('# HDU 1 in ')).toBe(true)
  expect(one).toContain('BITPIX  =                  -32')
  expect(one).not.toContain('ZBITPIX')
  const stored = (await show(compressed, '--hdu=1', '--stored')).stdout
  expect(stored).toContain("XTENSION= 'BINTABLE'")
  expect(stored).toContain('ZBITPIX')
})

test('a control character in a card is not printed', async () => {
  const { folder, show } = await prepared()
  const cards = [
    'SIMPLE  =                    T',
    'BITPIX  =                    8',
    'NAXIS   =                    0',
    "OBJECT  = 'a\u001b[31m\u009b\n'",
    'END',
  ]
  await writeFile(
    join(folder, 'x.fits'),
    Buffer.from(
      cards
        .map((card) => card.padEnd(80))
        .join('')
        .padEnd(2880),
      'latin1',
    ),
  )
  const { stdout } = await show('x.fits')
  expect(stdout).toContain("OBJECT  = 'a?[31m??'")
  expect(stdout).toMatch(/^[\n -~]*$/)
})

test.each([
  ['no.fits', 2, 'datalab: no.fits does not exist. Check its name.'],
  ['a.fits/no', 2, 'datalab: a.fits/no does not exist. Check its name.'],
  ['text', 1, 'not a FITS file'],
  ['folder', 2, 'folder is a folder. Give a FITS file.'],
])('%s', async (name, exitCode, message) => {
  const { folder, show } = await prepared()
  await writeFile(join(folder, 'text'), 'text')
  await mkdir(join(folder, 'folder'))
  const { code, stdout, stderr } = await show(name)
  expect(stderr).toContain(message)
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
})

test('an HDU that is not there', async () => {
  const { show } = await prepared()
  const { code, stderr } = await show('a.fits', '--hdu', 'SCI')
  expect(code).toBe(2)
  expect(stderr).toContain("--hdu: a.fits has no HDU 'SCI'. There is: 0.")
})
