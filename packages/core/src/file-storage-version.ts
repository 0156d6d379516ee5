import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** One version of an object's file. */
export interface Version {
  readonly number: number
  readonly path: string
  readonly stats: BigIntStats
}

/** The file name of an object's version: the first has the object's own. No key holds a `~`. */
export function versionName(name: string, number: number): string {
  return number === 1 ? name : `${name}~${number}`
}

/** The object's name and version that a file's name stands for. */
export function parseVersionName(file: string): { name: string; number: number } | undefined {
  const match = /^([^~]+)(?:~([1-9]\d{0,14}))?$/.exec(file)
  return match?.[1] === undefined
    ? undefined
    : { name: match[1], number: match[2] === undefined ? 1 : Number(match[2]) }
}

/** The number of the highest version at this path; 0 where there is none. */
export async function newestOf(path: string): Promise<number> {
  const names = await readdir(dirname(path)).catch(absent)
  const own = basename(path)
  let newest = 0
  for (const file of names ?? []) {
    if (!file.startsWith(own)) continue
    const version = parseVersionName(file)
    if (version?.name === own) newest = Math.max(newest, version.number)
  }
  return newest
}

/** The version at this path that counts; undefined where there is no object. */
export async function currentVersion(path: string): Promise<Version | undefined> {
  for (;;) {
    const number = await newestOf(path)
    if (number === 0) return undefined
    const file = join(dirname(path), versionName(basename(path), number))
    const stats = await stat(file, { bigint: true }).catch(absent)
    if (stats !== undefined) return stats.isFile() ? { number, path: file, stats } : undefined
    // Replaced or deleted between the two looks: look again.
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
  return undefined
}
