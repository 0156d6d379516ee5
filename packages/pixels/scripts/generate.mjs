// Compiles the kernels to the modules in src: `node scripts/generate.mjs [--check]`. With --check nothing is written, and the process ends
// with 1 where a module is not that of its sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './modules.mjs'

const isCheck = process.argv.includes('--check')

for (const [name, contents] of Object.entries(await generatedFiles())) {
  const path = fileURLToPath(new URL(`../src/${name}`, import.meta.url))
  if (isCheck && readFileSync(path, 'utf8') !== contents) {
    console.error(`src/${name} is not what its sources give; run scripts/generate.mjs`)
    process.exitCode = 1
  }
  if (!isCheck) writeFileSync(path, contents)
}
