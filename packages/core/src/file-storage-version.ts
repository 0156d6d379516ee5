import { type BigIntStats, existsSync, renameSync, rmSync } from 'node:fs'
import { link, lstat, mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ByteSource } from './byte-source.js'
import { fileIdentity, fileSource } from './bytes.js'
import { ignoring } from './file-storage-error.js'
import { syncFolder } from './file-storage-folder.js'

/** The version of an object that counts. */
export interface Version {
  readonly number: number
  readonly path: string
  readonly stats: BigIntStats
}

/** What lies at an object's path. */
export interface Versions {
  /** The highest number that is taken; 0 where none is. */
  readonly taken: number
  /** Absent where there is no object. */
  readonly current?: Version
}

/** Beside the bytes of a later version, so that its folder is never empty and its number stays taken without them. */
const TAKEN = 'taken'

/** Older versions that a put looks at: one, but for what killed writers left. */
const RETIRED_AT_ONCE = 4

/** The folder of an object's versions from the second on. No key holds a `~`. */
export function versionsFolder(path: string): string {
  return `${path}~`
}

/** Whose versions a folder of this name holds; undefined where it is none. */
export function versionsOf(folderName: string): string | undefined {
  return folderName.endsWith('~') ? folderName.slice(0, -1) : undefined
}

/** The versions of the object at this path. */
export async function versionsAt(path: string): Promise<Versions> {
  for (;;) {
    const numbers = await laterNumbers(path)
    const current = (await newestOf(path, numbers)) ?? (await firstOf(path))
    // Bytes go only after a higher number is taken: when none was meanwhile, these were the newest ones all the time.
    const now = await laterNumbers(path)
    if (now.length !== numbers.length || now[0] !== numbers[0]) continue
    if (current === undefined) return { taken: numbers[0] ?? 0 }
    return { taken: numbers[0] ?? 1, current }
  }
}

/** Opens the version at this path that counts. */
export async function openVersion(path: string): Promise<{ version: Version; source: ByteSource } | undefined> {
  for (;;) {
    const { current } = await versionsAt(path)
    if (current === undefined) return undefined
    const source = await fileSource(current.path).catch(ignoring('ENOENT', 'ENOTDIR', 'EISDIR', 'EFTYPE'))
    if (source?.identity === fileIdentity(current.stats)) return { version: current, source }
    await source?.close()
  }
}

/** Tells the versions of an object apart: by their number too, since a file system soon gives an inode again. */
export function etagOf(number: number, stats: BigIntStats): string {
  return `${number}-${fileIdentity(stats)}`
}

/** Gives a file the name of the first version. False where that is taken. */
export async function linkFirst(temporary: string, path: string): Promise<boolean> {
  return unlessTaken(link(temporary, path))
}

/**
 * Gives a file the name of a later version, in a folder of the version's own: moving a folder fails, as linking does, where the name is
 * taken. False then.
 *
 * @param folder a path for that folder, of a name that was never used
 */
export async function linkLater(temporary: string, path: string, number: number, folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    await link(temporary, join(folder, basename(folder)))
    await writeFile(join(folder, TAKEN), '', { flush: true })
    await syncFolder(folder)
    return await unlessTaken(rename(folder, join(versionsFolder(path), `${number}`)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes a later version back. */
export async function unlinkLater(path: string, number: number, name: string): Promise<void> {
  await rm(join(versionsFolder(path), `${number}`, name), { force: true })
}

/**
 * Whether a version is of the same object as the one before it: not if the object was deleted in between.
 *
 * The one before may have lost its bytes, but then to a version that came after this one.
 */
export async function isSuccessor(path: string, before: Version, number: number): Promise<boolean> {
  const stats = await lstat(before.path, { bigint: true }).catch(ignoring('ENOENT', 'ENOTDIR'))
  if (stats !== undefined && fileIdentity(stats) === fileIdentity(before.stats)) return true
  const [highest = 1] = await laterNumbers(path)
  return highest > number
}

/**
 * Removes the bytes of the versions below `number`; their numbers stay taken. The object's own file gets the newest bytes, for whoever looks
 * at the folder without this library. As far as it can be done: what is left only takes up room.
 *
 * @param temporary another name of the new version, used up
 */
export async function retireOlder(path: string, number: number, temporary: string): Promise<void> {
  showNewest(path, number, temporary)
  const older = (await laterNumbers(path)).filter((one) => one < number)
  for (const one of older.slice(0, RETIRED_AT_ONCE)) {
    const file = await bytesOf(path, one)
    if (file !== undefined) await rm(file, { force: true })
  }
}

/** At once: between looking and moving, nothing but the system can stop this process while others delete the object and put it anew. */
function showNewest(path: string, number: number, temporary: string): void {
  const newest = join(versionsFolder(path), `${number}`)
  const next = join(versionsFolder(path), `${number + 1}`)
  if (!existsSync(newest) || existsSync(next)) return
  renameSync(temporary, path)
  // Deleted all the same, the object must not be back.
  if (!existsSync(newest)) rmSync(path, { force: true })
}

/**
 * Deletes all versions at this path. The object's own file goes last, and has the newest bytes by then: so no reader finds an older version
 * in between, and no writer takes its name while there is an object.
 *
 * @param spare a path for another name of the newest version
 */
export async function deleteVersions(path: string, spare: string): Promise<void> {
  for (;;) {
    const numbers = await laterNumbers(path)
    const newest = await newestOf(path, numbers)
    if (newest !== undefined) await linkOver(newest.path, path, spare)
    for (const number of numbers.reverse())
      await rm(join(versionsFolder(path), `${number}`), { recursive: true, force: true })
    await rmdir(versionsFolder(path)).catch(ignoring('ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'))
    const first = await firstOf(path)
    if (first !== undefined) await unlink(path).catch(ignoring('ENOENT'))
    if (first === undefined && numbers.length === 0) return
  }
}

/** The numbers of the versions from the second on that are taken, highest first. */
async function laterNumbers(path: string): Promise<number[]> {
  const folder = versionsFolder(path)
  const entries = await readdir(folder, { withFileTypes: true }).catch(ignoring('ENOENT', 'ENOTDIR', 'ELOOP'))
  if (entries === undefined || !(await isFolder(folder))) return []
  return entries
    .filter((entry) => entry.isDirectory() && /^[1-9]\d{0,14}$/.test(entry.name))
    .map((entry) => Number(entry.name))
    .filter((number) => number > 1)
    .sort((a, b) => b - a)
}

/** Not so for a link, which may lead out. */
async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoring('ENOENT', 'ENOTDIR')))?.isDirectory() === true
}

/** The newest of these versions that has its bytes. */
async function newestOf(path: string, numbers: readonly number[]): Promise<Version | undefined> {
  for (const number of numbers) {
    const file = await bytesOf(path, number)
    const version = file === undefined ? undefined : await versionIn(file, number)
    if (version !== undefined) return version
  }
  return undefined
}

function firstOf(path: string): Promise<Version | undefined> {
  return versionIn(path, 1)
}

async function versionIn(file: string, number: number): Promise<Version | undefined> {
  const stats = await lstat(file, { bigint: true }).catch(ignoring('ENOENT', 'ENOTDIR'))
  return stats?.isFile() ? { number, path: file, stats } : undefined
}

async function bytesOf(path: string, number: number): Promise<string | undefined> {
  const folder = join(versionsFolder(path), `${number}`)
  const names = await readdir(folder).catch(ignoring('ENOENT', 'ENOTDIR'))
  const name = names?.find((one) => one !== TAKEN)
  return name === undefined ? undefined : join(folder, name)
}

async function linkOver(from: string, to: string, spare: string): Promise<void> {
  try {
    await link(from, spare)
    await rename(spare, to)
  } catch (error) {
    ignoring('ENOENT')(error as NodeJS.ErrnoException)
  } finally {
    // Moving a file onto another name of itself leaves both.
    await rm(spare, { force: true })
  }
}

/** False where the name is taken: by a file, a folder that is not empty, or, on Windows, any folder. */
async function unlessTaken(naming: Promise<void>): Promise<boolean> {
  try {
    await naming
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTEMPTY' || (process.platform === 'win32' && code === 'EPERM')) return false
    throw error
  }
}
