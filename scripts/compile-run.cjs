// Keeps what V8 compiled of `dist/run.cjs` while it did each operation once, on small files in a temporary folder.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { COMPILED, runAsScript, runScript } = require('../packages/cli/bin/load-run.js')

const folder = mkdtempSync(join(tmpdir(), 'datalab-compiled-'))
const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.fits`))
const RUNS = [
  ['increase-brightness', a, '--increase-by', '1'],
  ['median', a, b, c],
  ['stacking', a, b, c],
  ['subtraction', '--input-files', a, b, '--subtraction-file', c],
  ['pixel-math', a, b, '--expression', '(a - median(b)) / 2'],
]

async function compile() {
  for (const file of [a, b, c]) writeFileSync(file, plainImage())
  const script = runAsScript()
  const { runHere } = runScript(script)
  for (const words of RUNS) {
    const code = await runHere([...words, '--out', join(folder, 'out')])
    if (code !== 0) throw new Error(`datalab run ${words[0]} ended with ${code}`)
  }
  writeFileSync(COMPILED, script.createCachedData())
}

/** A FITS file of 64 x 64 pixels, float32, all 0, with such cards as most have. */
function plainImage() {
  const layout = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 2', 'NAXIS1  = 64', 'NAXIS2  = 64']
  const about = ["OBJECT  = 'M 1'", "DATE-OBS= '2024-01-01T00:00:00.5'", 'EXPTIME = 1.5', 'END']
  const header = [...layout, ...about].map((card) => card.padEnd(80)).join('')
  return Buffer.concat([Buffer.from(header.padEnd(2880)), Buffer.alloc(17_280)])
}

compile().finally(() => rmSync(folder, { recursive: true, force: true }))
