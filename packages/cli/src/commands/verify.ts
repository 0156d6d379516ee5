import { dirname, resolve } from 'node:path'
import {
  type AnyOperationClass,
  createDataLab,
  type DataLab,
  explainKey,
  type FileSource,
  inputsOf,
  type JobRecord,
  LocalSource,
  type Provenance,
  parseProvenance,
  ResultSource,
} from '@datalab/core'
import type { Image } from '@datalab/fits'
import { CommandError, EXIT, failure, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { compareImages, type ImageDifference } from '../compare-images.js'
import { addRoot, FileArguments } from '../file-arguments.js'
import { loadOperations } from '../find-operation.js'
import { findRoots, rootNamesIn } from '../find-roots.js'
import { flags } from '../flags.js'
import { followJob } from '../follow-job.js'
import { imagesOptionsOf } from '../images-options.js'
import { Interruption } from '../interruption.js'
import { explained } from '../open-fits-file.js'
import { ownFolder, readPlace } from '../output-folder.js'
import { type ParsedArguments, parseArguments } from '../parse-arguments.js'
import { jsonDocument, oneLine, sentence } from '../printable.js'
import { ProgressBar } from '../progress-bar.js'
import { rememberedRoots } from '../remembered-roots.js'

/** What a verification found. */
interface Verdict {
  readonly isSame: boolean
  readonly operation: Provenance['operation']
  /** Why the job that was run now has another key than the one that made the file: none where it has the same. */
  readonly notes: readonly string[]
  /** How the nearest of the results differs; undefined where none has the same size. */
  readonly difference?: ImageDifference
}

/** `datalab verify`: runs again what made a FITS file, by its own header, and compares pixel by pixel. */
export const verify: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.verify.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('verify'))
    return EXIT.completed
  }
  const [file, ...others] = parsed.positionals
  if (file === undefined || others.length > 0)
    throw usageError("'verify' takes one FITS file: datalab verify OUT.fits.")
  const verdict = await verdictOn(file, parsed, context)
  await context.terminal.print(parsed.has(flags.json) ? jsonDocument(verdict) : summary(file, verdict))
  return verdict.isSame ? EXIT.completed : EXIT.failed
}

async function verdictOn(file: string, parsed: ParsedArguments, context: CommandContext): Promise<Verdict> {
  const path = resolve(context.io.cwd, file)
  const image = await readImageOf(file, context.io.cwd)
  const provenance = provenanceOf(image, file)
  const operation = await operationOf(provenance, context)
  const sources = await sourcesOf(provenance, path, parsed, context)
  const services = await context.offers.services(imagesOptionsOf(provenance))
  await using lab = createDataLab({ operations: [operation], services, sources })
  const record = await runAgain(lab, operation, provenance, context)
  const differences = await differencesFrom(lab, record, image)
  const [nearest] = differences.sort((a, b) => a.pixels - b.pixels)
  return {
    isSame: nearest?.pixels === 0,
    operation: provenance.operation,
    notes: explainKey(provenance, record.provenance),
    ...(nearest && { difference: nearest }),
  }
}

async function readImageOf(file: string, cwd: string): Promise<Image> {
  const { isFitsError, readImage } = await import('@datalab/fits')
  try {
    return await explained(file, cwd, readImage)
  } catch (error) {
    if (!isFitsError(error)) throw error
    const path = resolve(cwd, file)
    throw failure(
      sentence(`${error.message.includes(path) ? '' : `${file}: `}${error.message.replaceAll(path, file)}`),
      error,
    )
  }
}

function provenanceOf({ header }: Image, file: string): Provenance {
  const lines = header.getAll('HISTORY').map(String)
  const provenance = parseProvenance(lines)
  if (provenance !== undefined) return provenance
  throw usageError(`${file} does not say what it was made from. Give a file that DataLab has written.`)
}

async function operationOf({ operation }: Provenance, { offers }: CommandContext): Promise<AnyOperationClass> {
  const found = (await loadOperations(offers)).find(operation.id)
  if (found !== undefined) return found
  const [name = ''] = oneLine(operation.id).split('#')
  throw failure(
    `It was made by ${oneLine(operation.name)} (${oneLine(operation.id)}), which is none of datalab's. Where its package is installed, name that: --operations ${name}.`,
  )
}

/** Where the input files are: in folders that were named, are near, or were those of the run, and in the results beside the file. */
async function sourcesOf(
  { inputs }: Provenance,
  path: string,
  parsed: ParsedArguments,
  { io }: CommandContext,
): Promise<FileSource[]> {
  const files = new FileArguments(io.cwd)
  for (const root of parsed.values(flags.root)) addRoot(files, root)
  const isMissing = (name: string) => !Object.hasOwn(files.roots, name)
  const names = [...rootNamesIn(inputs)]
  const nearby = await findRoots(new Set(names.filter(isMissing)), [dirname(path), io.cwd])
  for (const [name, folder] of nearby) files.addRoot(name, folder)
  const remembered = await rememberedRoots(ownFolder(dirname(path)), new Set(names.filter(isMissing)))
  for (const [name, folder] of remembered) files.addRoot(name, folder)
  const lost = names.find(isMissing)
  if (lost !== undefined)
    throw usageError(
      `The folder '${oneLine(lost)}' of its input files is not near. Say where it is: --root ${oneLine(lost)}=DIR.`,
    )
  const { storage } = await readPlace(dirname(path))
  return [new LocalSource({ roots: files.roots }), ...(storage === undefined ? [] : [resultsIn(storage)])]
}

/** Results that are there already, for a host whose own results are others. */
function resultsIn(storage: ConstructorParameters<typeof ResultSource>[0]): FileSource {
  const { name, reach, identify, open } = new ResultSource(storage)
  const source = new ResultSource(storage)
  return { name, reach, identify: identify.bind(source), open: open.bind(source) }
}

async function runAgain(
  lab: DataLab,
  operation: AnyOperationClass,
  provenance: Provenance,
  context: CommandContext,
): Promise<JobRecord> {
  using interruption = new Interruption(context.io, context.terminal)
  const job = await lab.submit(operation.info.id, inputsOf(provenance))
  const bar = new ProgressBar(context.terminal, operation.info.name)
  const record = await followJob(job, bar, interruption.signal)
  if (record.status === 'CANCELLED') throw new CommandError('cancelled', EXIT.cancelled)
  if (record.status !== 'COMPLETED')
    throw failure(`It could not be run again: ${sentence(record.message ?? 'it failed')}`)
  return record
}

/** From each result of its size. Which of several results of its job a file is, its header does not say. */
async function differencesFrom(lab: DataLab, { output }: JobRecord, image: Image): Promise<ImageDifference[]> {
  const { readImage } = await import('@datalab/fits')
  const differences: ImageDifference[] = []
  for (const { basename, type } of output?.output_files ?? []) {
    const source = type === 'fits' ? await lab.open(basename) : undefined
    if (source === undefined) continue
    const difference = compareImages(image, await readImage(source).finally(() => source.close()))
    if (difference !== undefined) differences.push(difference)
  }
  return differences
}

function summary(file: string, { isSame, operation, notes, difference }: Verdict): string {
  const what = `${file}: ${operation.name}, revision ${operation.revision}`
  const lines = [
    isSame ? `${what}: run again, every pixel is the same.` : `${what}: ${differs(difference)}`,
    ...notes.map((note) => `note: ${note}`),
  ]
  return lines.map((line) => `${oneLine(line)}\n`).join('')
}

function differs(difference: ImageDifference | undefined): string {
  if (difference === undefined) return 'run again, the result has another size.'
  const { pixels, largest, first } = difference
  return `run again, ${pixels} pixels differ, by up to ${largest}, the first at (${first?.x}, ${first?.y}).`
}
