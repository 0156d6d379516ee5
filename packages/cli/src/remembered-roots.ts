import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Keeps in a host's own folder which folders the names of roots stood for, so that what was made from their files can be made again. */
export function rememberRoots(ownFolder: string, roots: Readonly<Record<string, string>>): void {
  const folder = rootsPath(ownFolder)
  mkdirSync(folder, { recursive: true })
  for (const [name, path] of Object.entries(roots)) {
    // One file a root, so that several runs at once do not write one another's away.
    const temporary = join(folder, `.${name}.${process.pid}`)
    writeFileSync(temporary, path)
    renameSync(temporary, join(folder, name))
  }
}

/** Those of these roots that are remembered there, and still are folders, by their names. */
export async function rememberedRoots(ownFolder: string, names: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const name of names) {
    const path = await readFile(join(rootsPath(ownFolder), name), 'utf8').catch(() => undefined)
    if (path !== undefined && (await isFolder(path))) found.set(name, path)
  }
  return found
}

function rootsPath(ownFolder: string): string {
  return join(ownFolder, 'roots')
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}
