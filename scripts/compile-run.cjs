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
    const code = await runHere([...words, '--no-previews', '--out', join(folder, 'out')])
    if (code !== 0) throw new Error(`datalab run ${words[0]} ended with ${code}`)
  }
  writeFileSync(COMPILED, script.createCachedData())
}

/** A FITS file of 8 x 8 pixels, float32, all 0. */
function plainImage() {
  const cards = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 2', 'NAXIS1  = 8', 'NAXIS2  = 8', 'END']
  const header = cards.map((card) => card.padEnd(80)).join('')
  return Buffer.concat([Buffer.from(header.padEnd(2880)), Buffer.alloc(2880)])
}

compile().finally(() => rmSync(folder, { recursive: true, force: true }))
