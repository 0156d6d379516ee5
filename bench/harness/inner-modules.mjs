import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/**
 * What modules of a package export to each other, compiled from their sources: for the figures of a part that the package does not export.
 *
 * @param {string} name of the package's folder
 * @param {readonly string[]} modules files below its `src`, without extension
 * @returns {Promise<Record<string, any>>} the exports of all of them
 */
export async function innerModules(name, modules) {
  const resolveDir = fileURLToPath(new URL(`../../packages/${name}/src/`, import.meta.url))
  const contents = modules.map((module) => `export * from './${module}.js'`).join('\n')
  const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-'))
  const outfile = join(folder, 'modules.mjs')
  try {
    await build({
      stdin: { contents, resolveDir },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
