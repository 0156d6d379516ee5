import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const assembly = fileURLToPath(new URL('../assembly/', import.meta.url))

const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--initialMemory', '1']

/**
 * Compiles AssemblyScript to WebAssembly; its bytes are the same each time.
 *
 * @param {string} entry a file of `assembly`, or one of `made`
 * @param {Readonly<Record<string, string>>} [made] sources that are no files, by their names
 * @param {number} [base] the address from which on it keeps its data, that of the compiler by default: modules on one memory must not have it in one place
 * @returns {Promise<Uint8Array>}
 */
export async function compile(entry, made = {}, base) {
  let wasm
  const place = base === undefined ? [] : ['--memoryBase', `${base}`]
  const { error, stderr } = await asc.main([entry, ...FLAGS, ...place, '--outFile', 'out.wasm'], {
    readFile: (name) => made[name] ?? sourceOf(name),
    writeFile(name, contents) {
      if (name === 'out.wasm') wasm = contents
    },
    listFiles: () => [],
  })
  if (error) throw new Error(`${entry} does not compile: ${stderr.toString()}`, { cause: error })
  return wasm
}

/** The text of a file of `assembly`; null where there is none, as the compiler wants it. */
function sourceOf(name) {
  try {
    return readFileSync(join(assembly, name), 'utf8')
  } catch {
    return null
  }
}
