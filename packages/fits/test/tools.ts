import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

const [FITSVERIFY, FPACK, FUNPACK, PYTHON] = ['fitsverify', 'fpack', 'funpack', 'python3'].map(
  (name) => `/usr/bin/${name}`,
) as [string, string, string, string]

/** Which of the tools that judge our files are installed: Debian's fitsverify, libcfitsio-bin, python3-astropy. */
export const tools = {
  fitsverify: existsSync(FITSVERIFY),
  fpack: existsSync(FPACK) && existsSync(FUNPACK),
  astropy: existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import astropy.io.fits']).status === 0,
}

/** Says which tests are skipped for want of a tool. */
export function tellMissing(file: string): void {
  for (const [name, isThere] of Object.entries(tools)) {
    if (!isThere) console.warn(`*** ${file} is skipped in part: there is no ${name}`)
  }
}

/** What fitsverify has to say of a file: nothing, where that is sound. */
export async function faultsOf(path: string): Promise<string> {
  const { stdout } = await run(FITSVERIFY, [path]).catch((error: { stdout: string }) => error)
  return stdout.includes('found 0 warning(s) and 0 error(s)') ? '' : stdout
}

/** Uncompresses a file as cfitsio does. */
export async function funpack(from: string, to: string): Promise<void> {
  await run(FUNPACK, ['-O', to, from])
}

/** Compresses a file as cfitsio does. */
export async function fpack(from: string, to: string, ...options: string[]): Promise<void> {
  await run(FPACK, [...options, '-O', to, from])
}

/** What a Python script prints. */
export async function python(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(PYTHON, ['-W', 'ignore', '-c', script, ...args], { maxBuffer: 2 ** 28 })
  return stdout
}
