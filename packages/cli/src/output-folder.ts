import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DataLabOptions, FileStorage, type ObjectStorage } from '@datalab/core'
import { failure, usageError } from './command-error.js'
import { EarlyCopies } from './early-copies.js'

const OWN_FOLDER = '.datalab'

/** A folder for results, and what the user calls it. */
export interface Target {
  readonly folder: string
  readonly label: string
}

/** Where a host keeps what it has. */
export type Place = Pick<DataLabOptions, 'storage' | 'records' | 'scratch' | 'executor'>

/**
 * Where a host keeps what it needs in a folder for results: all that run on one folder share its records, so that a job runs once. Nothing is
 * made there before it is needed.
 *
 * @param address of the storage of results, where that is another than the folder
 * @param isBusy whether operations may block this thread for seconds: those of this package do not
 * @throws CommandError for an address that is none.
 */
export async function hostPlace(folder: string, address?: string, isBusy = false): Promise<Place> {
  const { SqliteRecordStore } = await import('@datalab/local')
  return {
    storage: address === undefined ? new FileStorage(objectsPath(folder)) : await storageAt(address),
    records: new SqliteRecordStore({ path: recordsPath(folder), place: isBusy ? 'apart' : 'here' }),
    scratch: scratchPath(folder),
  }
}

/** The same for a host that writes nothing: where no host was before, there is nothing to be read. */
export async function readPlace(folder: string, address?: string, isBusy = false): Promise<Place> {
  if (hasHost(folder)) return hostPlace(folder, address, isBusy)
  if (address !== undefined) return { storage: await storageAt(address) }
  return existsSync(objectsPath(folder)) ? { storage: new FileStorage(objectsPath(folder)) } : {}
}

/**
 * The storage in a bucket.
 *
 * @param saidBy what named it
 * @throws CommandError for an address that is none.
 */
export async function storageAt(address: string, saidBy = '--storage'): Promise<ObjectStorage> {
  // The SDK's word to developers about versions of Node is none to users of a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { s3Storage } = await import('@datalab/storage-s3')
  try {
    return s3Storage(address)
  } catch (error) {
    throw usageError(`${saidBy}: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

/** Where a host that works in a folder for results keeps what is its own. */
export function ownFolder(folder: string): string {
  return join(folder, OWN_FOLDER)
}

function objectsPath(folder: string): string {
  return join(ownFolder(folder), 'objects')
}

/** What makes copies of results while they are written, for a host that works in this folder. */
export function earlyCopies(folder: string): EarlyCopies {
  return new EarlyCopies(scratchPath(folder), recordsPath(folder))
}

/** Whether a host has worked in this folder. */
export function hasHost(folder: string): boolean {
  return existsSync(recordsPath(folder))
}

function scratchPath(folder: string): string {
  return join(ownFolder(folder), 'scratch')
}

function recordsPath(folder: string): string {
  return join(ownFolder(folder), 'records.sqlite')
}

/**
 * Makes a folder for results, where it is missing.
 *
 * @param label the folder as the user named it
 * @throws CommandError when it cannot be made, or not be written to.
 */
export function makeOutputFolder(folder: string, label: string): void {
  try {
    makeFolder(ownFolder(folder))
    for (const path of [folder, ownFolder(folder)]) accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw cannotWrite(label, error)
  }
}

/** Makes a folder and those above it. Where a folder above exists and nothing can be made in it, `mkdir` itself may try for ever. */
function makeFolder(path: string, areParentsThere = false): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || areParentsThere || dirname(path) === path) throw error
    makeFolder(dirname(path))
    makeFolder(path, true)
  }
}

/** What the system says of a place that cannot be written to, as a sentence. */
export function cannotWrite(label: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Readonly<Record<string, string>> = {
    EEXIST: 'it, or a part of its path, is a file. Name a folder',
    ENOENT: 'it cannot be made there. Name another folder',
    ENOTDIR: 'a part of its path is a file. Name a folder',
    EISDIR: 'a folder of that name is in its place. Move it away',
    EACCES: 'you may not write there. Change its permissions, or name another folder',
    EPERM: 'you may not write there. Change its permissions, or name another folder',
    EROFS: 'it is on a disk that can only be read. Name another folder',
    ENOSPC: 'the disk is full. Make room, or name a folder on another disk',
    EFBIG: 'a file may not become so large there. Raise the limit, or name a folder on another disk',
    EDQUOT: 'your part of the disk is full. Make room, or name a folder on another disk',
  }
  const text = `--out: ${label} cannot be written: ${reasons[code ?? ''] ?? message}.`
  return code === 'EEXIST' || code === 'ENOTDIR' ? usageError(text, error) : failure(text, error)
}
