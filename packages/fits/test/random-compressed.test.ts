import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ImageHdu, openFits } from '../src/index.js'
import { fixture, hashOf } from './support.js'
import { python, tellMissing, tools } from './tools.js'

const folder = mkdtempSync(join(tmpdir(), 'random-compressed-'))
afterAll(() => rmSync(folder, { recursive: true }))
tellMissing('random-compressed.test.ts')

const COUNT = 120

interface Made {
  readonly file: string
  readonly made: string
  readonly sha256: string
}

async function sha256Of(file: string): Promise<string> {
  const fits = await openFits(new Uint8Array(readFileSync(file)))
  const image = fits.hdus.find((hdu) => hdu instanceof ImageHdu && hdu.hasData) as ImageHdu
  return hashOf(await image.read())
}

test.skipIf(!tools.astropy || !tools.fpack)(
  'images that astropy and fpack compress in any way are read as astropy reads them',
  { timeout: 240_000 },
  async () => {
    const script = readFileSync(fixture('random-compressed.py'), 'utf8')
    const lines = (await python(script, folder, '1', String(COUNT))).trim().split('\n')
    const made = lines.map((line) => JSON.parse(line) as Made)
    // Some kinds of files are refused by those who should write them.
    expect(made.length).toBeGreaterThan(COUNT / 2)
    const different: string[] = []
    for (const { file, made: how, sha256 } of made) if ((await sha256Of(file)) !== sha256) different.push(how)
    expect(different).toEqual([])
  },
)
