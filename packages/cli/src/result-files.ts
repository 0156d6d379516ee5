import { constants } from 'node:fs'
import { copyFile, lstat, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type JobRecord, kebabCase, type OutputFileView } from '@datalab/core'
import { cannotWrite } from './output-folder.js'
import { jsonDocument } from './printable.js'

/** An object of a result, and its readable name. */
interface ResultFile {
  readonly name: string
  readonly path: string
}

/**
 * Puts copies of a job's results into a folder, under readable names: `median-1a2b3c4d.fits`, `median-1a2b3c4d-large.jpg`. Output data
 * become `median-1a2b3c4d.json`. A copy appears under its name when it is whole; what is there of a cached result stays.
 *
 * @param record of a completed job, whose URLs are files
 * @returns the names, in the order of the output.
 */
export async function writeResults(record: JobRecord, folder: string): Promise<string[]> {
  const stem = stemOf(record)
  await removeLeftovers(folder, stem)
  const files = resultFiles(record, stem)
  for (const { name, path } of files) {
    if (!(record.cached && (await isCopied(join(folder, name), path)))) await put(folder, name, (to) => copy(path, to))
  }
  const names = files.map(({ name }) => name)
  const data = record.output?.output_data
  if (data === undefined) return names
  const name = `${stem}.json`
  const text = jsonDocument(data)
  if ((await readFile(join(folder, name), 'utf8').catch(() => '')) !== text)
    await put(folder, name, (to) => writeFile(to, text, { flag: 'wx' }))
  return [...names, name]
}

/** What names of a job's results begin with: the operation and the first digits of the key. */
function stemOf({ key, operation }: Pick<JobRecord, 'key' | 'operation'>): string {
  return `${kebabCase(operation.name)}-${key.slice(0, 8)}`
}

function resultFiles({ key, output }: JobRecord, stem: string): ResultFile[] {
  return (output?.output_files ?? []).flatMap((file) =>
    objectPaths(file).map((path) => {
      const number = file.basename.slice(key.length)
      const suffix = basename(path).slice(file.basename.length)
      return { name: `${stem}${number}${suffix}`, path }
    }),
  )
}

function objectPaths(file: OutputFileView): string[] {
  return Object.entries(file).flatMap(([member, url]) => (member.endsWith('_url') ? [fileURLToPath(url)] : []))
}

async function isCopied(copied: string, original: string): Promise<boolean> {
  const [there, wanted] = await Promise.all([lstat(copied).catch(() => undefined), stat(original)])
  return there?.isFile() === true && there.size === wanted.size
}

/** Writes a file under another name, and gives it its own when it is whole: so a link in its place is replaced, not followed. */
async function put(folder: string, name: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = join(folder, `.${name}.${process.pid}.part`)
  try {
    await write(temporary)
    await rename(temporary, join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true })
    throw cannotWrite(join(folder, name), error)
  }
}

/** Shares the blocks with the original where the file system can. */
function copy(from: string, to: string): Promise<void> {
  return copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
}

/** Removes what processes left behind that were killed while they copied. */
async function removeLeftovers(folder: string, stem: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(`.${stem}`) ? /\.(\d+)\.part$/.exec(name)?.[1] : undefined
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
