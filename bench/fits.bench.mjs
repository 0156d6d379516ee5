// Reading FITS files: what a header, a band of rows and a whole frame of 4096 x 4096 pixels cost, beside funpack and astropy.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openFits, packFile, writeImage } from '@datalab/fits'
import { benchmark } from './harness/benchmark.mjs'
import { timings } from './harness/sampling.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'

const SIDE = 4096
const SAMPLING = { samples: 7 }
const FUNPACK = '/usr/bin/funpack'
const PYTHON = '/usr/bin/python3'

const FORMS = {
  'float32, quantised, RICE_1': { data: frame(Float32Array, 1000, 10), compression: { quantize: 4 } },
  'float32, lossless, GZIP_2': { data: frame(Float32Array, 1000, 10), compression: 'lossless' },
  'uint16, lossless, RICE_1': { data: frame(Uint16Array, 1000, 30), compression: 'lossless' },
  'float32, plain': { data: frame(Float32Array, 1000, 10) },
}

await benchmark(import.meta.url, `reading a frame of ${SIDE} x ${SIDE} pixels`, measure)

function measure(report) {
  return inTemporaryFolder((folder) => measureIn(folder, report))
}

async function measureIn(folder, report) {
  for (const [name, { data, compression }] of Object.entries(FORMS)) {
    const plain = join(folder, 'plain.fits')
    const file = compression ? join(folder, 'packed.fits.fz') : plain
    await writeImage(plain, { data, width: SIDE, height: SIDE })
    if (compression) await packFile(plain, file, { compression })
    await rowsOf(report, name, file, compression !== undefined)
  }
  if (!existsSync(FUNPACK)) report.note('funpack is not installed')
  if (!hasAstropy()) report.note('astropy is not installed')
}

async function rowsOf(report, name, file, isPacked) {
  report.row(`${name}: header`, await timings(() => withImage(file, async ({ header }) => header.length), SAMPLING), {
    unit: 'ms',
  })
  const band = (image) => image.readRows(2000, 2064)
  report.row(`${name}: 64 rows`, await timings(() => withImage(file, band), SAMPLING), { unit: 'ms' })
  const whole = (image) => image.read()
  report.row(`${name}: all pixels`, await timings(() => withImage(file, whole), SAMPLING), { unit: 'ms' })
  if (isPacked && existsSync(FUNPACK))
    report.row(`  funpack, process and file written`, await timings(() => funpack(file), { samples: 3 }), {
      unit: 'ms',
    })
  if (hasAstropy()) report.row('  astropy, all pixels', astropy(file), { unit: 'ms' })
}

async function withImage(file, work) {
  const fits = await openFits(file)
  try {
    return await work(fits.hdus.at(-1))
  } finally {
    await fits.close()
  }
}

function funpack(file) {
  const output = `${file}.unpacked`
  rmSync(output, { force: true })
  execFileSync(FUNPACK, ['-O', output, file])
}

function hasAstropy() {
  if (!existsSync(PYTHON)) return false
  try {
    execFileSync(PYTHON, ['-c', 'import astropy.io.fits'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Milliseconds in the process itself, after its start. */
function astropy(file) {
  const script = `
import sys, time
from astropy.io import fits
for i in range(4):
    start = time.perf_counter()
    with fits.open(sys.argv[1], memmap=False) as hdus:
        float(hdus[-1].data.astype('f4')[7, 7])
    print((time.perf_counter() - start) * 1000)
`
  return execFileSync(PYTHON, ['-W', 'ignore', '-c', script, file], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .slice(1)
    .map(Number)
}

/** A sky with noise and some stars, the same each time. */
function frame(Type, sky, noise) {
  const data = new Type(SIDE * SIDE)
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  for (let i = 0; i < data.length; i++) data[i] = sky + noise * (random() + random() + random() + random() - 2) * 1.7
  for (let star = 0; star < 2000; star++) data[Math.floor(random() * data.length)] = sky + 20_000 * random()
  return data
}
