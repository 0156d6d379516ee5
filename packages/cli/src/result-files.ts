import { constants } from 'node:fs'
import { copyFile, lstat, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ByteSource,
  type DataLab,
  eachAtOnce,
  fileSource,
  isLeftBehind,
  type JobRecord,
  kebabCase,
  type OutputFileView,
  processIdentity,
} from '@datalab/core'
import { failure } from './command-error.js'
import type { EarlyCopies } from './early-copies.js'
import { cannotWrite } from './output-folder.js'
import { jsonDocument } from './printable.js'

/** An object of a result, and its readable name. */
interface ResultFile {
  readonly name: string
  readonly basename: string
  readonly role: string
  readonly url: string
}

/** How results are put into a folder. */
interface WriteOptions {
  /** What the names begin with; the operation's name by default. */
  readonly title?: string
  /** Where the workers of a fleet are to keep what they make. */
  readonly storage?: string | undefined
  /** Copies that were made before. */
  readonly copies?: EarlyCopies
}

/**
 * Puts copies of a job's results into a folder, under readable names: `median-1a2b3c4d.fits`, `median-1a2b3c4d-large.jpg`. Output data
 * become `median-1a2b3c4d.json`, or `median-1a2b3c4d-output-data.json` where a file of the output has that name. A copy appears under its name when
 * it is whole; what is there of a cached result stays.
 *
 * @param record of a completed job
 * @returns the names, in the order of the output.
 */
export async function writeResults(
  lab: DataLab,
  record: JobRecord,
  folder: string,
  options: WriteOptions = {},
): Promise<string[]> {
  const { title = kebabCase(record.operation.name), storage, copies } = options
  const stem = `${title}-${record.key.slice(0, 8)}`
  await removeLeftovers(folder, stem)
  const files = resultFiles(record, stem)
  await eachAtOnce(files.length, COPIES, async (index) => {
    const file = files[index] as ResultFile
    if (await copies?.move(file.url, join(folder, file.name))) return
    if (!(await putCopy(lab, file, folder, record))) throw gone(file.name, storage)
  })
  const names = files.map(({ name }) => name)
  const data = record.output?.output_data
  if (data === undefined) return names
  // An object may have that name; none has two words after the dash.
  const name = names.includes(`${stem}.json`) ? `${stem}-output-data.json` : `${stem}.json`
  const text = jsonDocument(data)
  if ((await readFile(join(folder, name), 'utf8').catch(() => '')) !== text)
    await put(folder, name, (to) => writeFile(to, text, { flag: 'wx' }))
  return [...names, name]
}

/** Copies that are made at once. */
const COPIES = 4

/** Bytes that are copied, or compared, at once. */
const COPY_BYTES = 4 * 2 ** 20

function gone(name: string, storage: string | undefined): Error {
  if (storage === undefined) return failure(`${name} is gone from the results. Run it again.`)
  return failure(
    `${name} is not in the storage of the fleet, ${storage}. Start its workers with the same; a folder has to be one that all machines share.`,
  )
}

/** False where there is nothing to copy. */
async function putCopy(
  lab: DataLab,
  { name, basename, role, url }: ResultFile,
  folder: string,
  record: JobRecord,
): Promise<boolean> {
  // One of many is found at once by its place; by its name, the host looks at the whole result first.
  const source = await (url.startsWith('file:')
    ? fileSource(fileURLToPath(url)).catch(() => undefined)
    : lab.open(basename, role))
  if (source === undefined) return false
  try {
    if (!(record.cached && (await isCopied(join(folder, name), source, record.started))))
      await put(folder, name, (to) => copy(source, to))
    return true
  } finally {
    await source.close()
  }
}

function resultFiles({ key, output }: JobRecord, stem: string): ResultFile[] {
  return (output?.output_files ?? []).flatMap((file) =>
    objectsOf(file).map(({ role, url }) => {
      const number = file.basename.slice(key.length)
      const suffix = fileNameOf(url).slice(file.basename.length)
      return { name: `${stem}${number}${suffix}`, basename: file.basename, role, url }
    }),
  )
}

/** The roles and URLs of an output's objects. */
function objectsOf(file: OutputFileView): { role: string; url: string }[] {
  return Object.entries(file).flatMap(([member, value]) => {
    const [, role] = /^(.+)_url$/.exec(member) ?? []
    return role === undefined ? [] : [{ role, url: String(value) }]
  })
}

/** The name of an object's file, which ends its URL's path. */
function fileNameOf(url: string): string {
  return basename(decodeURIComponent(new URL(url).pathname))
}

/**
 * Whether a file is a copy of a result already. One that is older than the run may be of a result that was replaced, by a process that was
 * killed before it replaced the copy.
 *
 * @param started when the run began
 */
async function isCopied(path: string, source: ByteSource, started: string | null): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined)
  if (there?.isFile() !== true || there.size !== source.size) return false
  if (there.mtimeMs >= Date.parse(started ?? '')) return true
  const copied = await fileSource(path).catch(() => undefined)
  try {
    return copied !== undefined && (await isEqual(source, copied))
  } finally {
    await copied?.close()
  }
}

async function isEqual(one: ByteSource, other: ByteSource): Promise<boolean> {
  const [piece, same] = [Buffer.alloc(COPY_BYTES), Buffer.alloc(COPY_BYTES)]
  for (let at = 0; at < one.size; at += COPY_BYTES) {
    const [length, ofOther] = await Promise.all([one.read(at, piece), other.read(at, same)])
    if (!piece.subarray(0, length).equals(same.subarray(0, ofOther))) return false
  }
  return true
}

/** Writes a file under another name, and gives it its own when it is whole: so a link in its place is replaced, not followed. */
async function put(folder: string, name: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = join(folder, `.${name}.${processIdentity()}.part`)
  try {
    await write(temporary)
    await rename(temporary, join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true })
    throw cannotWrite(join(folder, name), error)
  }
}

/** Shares the blocks with the original where that is a file, and the file system can. */
async function copy(source: ByteSource, to: string): Promise<void> {
  if (source.path !== undefined) return copyFile(source.path, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  const file = await open(to, 'wx')
  try {
    // The same memory each time: results are large, and new memory would cost more than the copying.
    const piece = new Uint8Array(Math.min(COPY_BYTES, source.size))
    for (let at = 0; at < source.size; ) {
      const length = await source.read(at, piece.subarray(0, source.size - at))
      if (length === 0) throw failure(`A result ended after ${at} of ${source.size} bytes. Run it again.`)
      await file.writeFile(piece.subarray(0, length))
      at += length
    }
  } finally {
    await file.close()
  }
}

/** Removes what processes left behind that were killed while they copied. */
async function removeLeftovers(folder: string, stem: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(`.${stem}`) ? /\.([^.]+)\.part$/.exec(name)?.[1] : undefined
    const path = join(folder, name)
    if (owner !== undefined && (await isLeftBehind(path, owner))) await rm(path, { force: true })
  }
}
