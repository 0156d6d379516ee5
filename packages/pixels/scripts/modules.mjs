import { compile } from './compile.mjs'

/** The generated files of `src`, and what they are to hold. */
export async function generatedFiles() {
  return { 'kernels.gen.ts': text(await compile('kernels.ts')) }
}

function text(wasm) {
  const base64 = Buffer.from(wasm).toString('base64')
  return `// Generated from assembly/ by scripts/generate.mjs; do not edit.\nexport const wasm: string =\n  '${base64}'\n`
}
