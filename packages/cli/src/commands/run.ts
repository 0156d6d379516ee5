import { join, resolve } from 'node:path'
import type { DataLab, JobRecord } from '@datalab/core'
import { CommandError, EXIT, usageError } from '../command-error.js'
import type { CommandContext, CommandMain } from '../commands.js'
import type { EarlyCopies } from '../early-copies.js'
import { flags } from '../flags.js'
import { fleetAddress } from '../fleet-place.js'
import { followJob } from '../follow-job.js'
import { placesOf } from '../host-place.js'
import { Interruption } from '../interruption.js'
import { type JobRequest, readJobRequest } from '../job-request.js'
import { keyOf, labFor } from '../lab.js'
import { nameManyFiles } from '../many-files.js'
import { earlyCopies, makeOutputFolder, ownFolder, type Target } from '../output-folder.js'
import type { ParsedArguments } from '../parse-arguments.js'
import { namesPipeline, readPipelineRequest } from '../pipeline-request.js'
import { jsonDocument, oneLine, sentence } from '../printable.js'
import { ProgressBar } from '../progress-bar.js'
import { rememberRoots } from '../remembered-roots.js'
import { writeResults } from '../result-files.js'
import { runPipeline } from '../run-pipeline.js'

/** `datalab run`: runs an operation, or a pipeline of them, and puts its results into a folder. */
export const run: CommandMain = (argv, context) =>
  namesPipeline('run', argv) ? runSteps(argv, context) : runOne(argv, context)

async function runOne(argv: readonly string[], context: CommandContext): Promise<number> {
  const request = await readJobRequest('run', argv, context)
  if (request === undefined) return EXIT.completed
  if (nameManyFiles(request.inputs)) context.io.saveMemory()
  const target = targetOf(request.arguments, context)
  using interruption = new Interruption(context.io, context.terminal)
  return await runJob(request, target, context, interruption.signal)
}

async function runSteps(argv: readonly string[], context: CommandContext): Promise<number> {
  const request = await readPipelineRequest('run', argv, context)
  if (request === undefined) return EXIT.completed
  if (nameManyFiles(request.pipeline.steps.map(({ inputs }) => inputs))) context.io.saveMemory()
  const target = targetOf(request.arguments, context)
  using interruption = new Interruption(context.io, context.terminal)
  return await runPipeline(request, target, context, interruption.signal)
}

function targetOf(parsed: ParsedArguments, { io }: CommandContext): Target {
  const label = parsed.value(flags.out)
  if (!label) throw usageError('Say where the results go: --out DIR.')
  return { folder: resolve(io.cwd, label), label }
}

async function runJob(
  request: JobRequest,
  target: Target,
  context: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const placeFor = placesOf(request.arguments, target.folder, context)
  // Before the folder is made: inputs that are not valid leave nothing behind.
  await keyOf(request, context, await placeFor('reading'))
  makeOutputFolder(target.folder, target.label)
  await using copies = earlyCopies(target.folder)
  await using lab = await labFor(request, context, copies.beside(await placeFor('running')))
  if (signal.aborted) throw new CommandError('cancelled', EXIT.cancelled)
  const force = request.arguments.has(flags.force)
  const job = await lab.submit(request.operation.info.id, request.inputs, { force })
  const record = await followJob(job, new ProgressBar(context.terminal, request.operation.info.name), signal)
  return await finish(lab, record, { ...target, copies }, request, context)
}

/** A folder for results, and the copies that are to go there. */
interface CopyTarget extends Target {
  readonly copies: EarlyCopies
}

async function finish(
  lab: DataLab,
  record: JobRecord,
  target: CopyTarget,
  request: JobRequest,
  context: CommandContext,
): Promise<number> {
  const { io, terminal } = context
  const isJson = request.arguments.has(flags.json)
  try {
    const isCompleted = record.status === 'COMPLETED'
    if (isCompleted) rememberRoots(ownFolder(target.folder), request.roots)
    const storage = fleetAddress(request.arguments, io.env)?.storage
    const paths = isCompleted ? await resultPaths(lab, record, target, storage) : undefined
    if (paths !== undefined && !isJson) await terminal.print(summary(record, paths))
  } finally {
    if (isJson) await terminal.print(jsonDocument(record))
  }
  if (record.status === 'COMPLETED') return EXIT.completed
  terminal.note(`datalab: ${oneLine(reasonOf(record))}`)
  return record.status === 'CANCELLED' ? EXIT.cancelled : EXIT.failed
}

/** Puts the results into the folder; their paths, as the user named the folder. */
async function resultPaths(
  lab: DataLab,
  record: JobRecord,
  { folder, label, copies }: CopyTarget,
  storage: string | undefined,
): Promise<string[]> {
  const names = await writeResults(lab, record, folder, { storage, copies })
  return names.map((name) => join(label, name))
}

function summary(record: JobRecord, paths: readonly string[]): string {
  const { cached, operation, started, ended, warnings } = record
  const seconds = (Date.parse(ended ?? '') - Date.parse(started ?? '')) / 1000
  const how = cached ? 'its result was there (cached)' : `completed in ${seconds.toFixed(1)} s`
  const notes = warnings.map((text) => `warning: ${text}`)
  return [`${operation.name}: ${how}`, ...notes, ...paths].map((line) => `${oneLine(line)}\n`).join('')
}

function reasonOf({ error, operation, status }: JobRecord): string {
  if (status === 'CANCELLED') return `${operation.name} was cancelled.`
  const hint = error?.reference === undefined ? '' : ' With --verbose the log shows it.'
  return `${operation.name}: ${sentence(error?.message ?? 'failed')}${hint}`
}
