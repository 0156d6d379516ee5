import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Writes a result beside the benchmark's file, as `results/<name>.json`. Returns its path, as the caller's folder sees it.
 *
 * @param {string} url of the benchmark's file
 * @param {{ name: string }} result
 */
export async function saveResult(url, result) {
  const folder = fileURLToPath(new URL('results/', url))
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${result.name}.json`)
  await writeFile(path, `${JSON.stringify(result, rounded, 2)}\n`)
  return relative(process.cwd(), path)
}

/** Five digits: more are noise, and make each difference long. */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
}
