import { join, resolve } from 'node:path'
import type { DataLab, JobRecord } from '@datalab/core'
import { CommandError, EXIT, usageError } from '../command-error.js'
import type { CommandContext, CommandMain } from '../commands.js'
import { flags } from '../flags.js'
import { fleetAddress, fleetPlace } from '../fleet-place.js'
import { followJob } from '../follow-job.js'
import { Interruption } from '../interruption.js'
import { type JobRequest, readJobRequest } from '../job-request.js'
import { keyOf, labFor } from '../lab.js'
import { hostPlace, makeOutputFolder, ownFolder, type Place, readPlace } from '../output-folder.js'
import { jsonDocument, oneLine, sentence } from '../printable.js'
import { ProgressBar } from '../progress-bar.js'
import { rememberRoots } from '../remembered-roots.js'
import { writeResults } from '../result-files.js'

/** `datalab run`: runs an operation, and puts its results into a folder. */
export const run: CommandMain = async (argv, context) => {
  // In a fleet there are other records.
  if (!context.io.env.DATALAB_REDIS) startAhead()
  const request = await readJobRequest('run', argv, context)
  if (request === undefined) return EXIT.completed
  const out = request.arguments.value(flags.out)
  if (!out) throw usageError('Say where the results go: --out DIR.')
  const folder = resolve(context.io.cwd, out)
  using interruption = new Interruption(context.io, context.terminal)
  return await runJob(request, { folder, label: out }, context, interruption.signal)
}

/** Has the records' thread start while the command line is read. */
function startAhead(): void {
  // What goes wrong is told when it is needed.
  import('@datalab/local').then(({ startDatabases }) => startDatabases()).catch(() => {})
}

/** A folder for results, and what the user calls it. */
interface Target {
  readonly folder: string
  readonly label: string
}

async function runJob(
  request: JobRequest,
  target: Target,
  context: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const placeFor = placesOf(request, target, context)
  // Before the folder is made: inputs that are not valid leave nothing behind.
  await keyOf(request, context, await placeFor('reading'))
  await makeOutputFolder(target.folder, target.label)
  await using lab = await labFor(request, context, await placeFor('running'))
  if (signal.aborted) throw new CommandError('cancelled', EXIT.cancelled)
  const force = request.arguments.has(flags.force)
  const job = await lab.submit(request.operation.info.id, request.inputs, { force })
  const record = await followJob(job, new ProgressBar(context.terminal, request.operation.info.name), signal)
  return await finish(lab, record, target, request, context)
}

/** Where the host of a job keeps what it has, and where its runs are done: in the folder and here, or in a fleet. */
function placesOf(
  request: JobRequest,
  { folder }: Target,
  { io }: CommandContext,
): (purpose: 'reading' | 'running') => Promise<Place> {
  const fleet = fleetAddress(request.arguments, io.env)
  if (fleet !== undefined) return () => fleetPlace(fleet, io.cwd)
  const storage = request.arguments.value(flags.storage)
  return (purpose) => (purpose === 'reading' ? readPlace(folder, storage) : hostPlace(folder, storage))
}

async function finish(
  lab: DataLab,
  record: JobRecord,
  target: Target,
  request: JobRequest,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context
  const isJson = request.arguments.has(flags.json)
  try {
    const isCompleted = record.status === 'COMPLETED'
    if (isCompleted) await rememberRoots(ownFolder(target.folder), request.roots)
    const paths = isCompleted ? await resultPaths(lab, record, target) : undefined
    if (paths !== undefined && !isJson) await terminal.print(summary(record, paths))
  } finally {
    if (isJson) await terminal.print(jsonDocument(record))
  }
  if (record.status === 'COMPLETED') return EXIT.completed
  terminal.note(`datalab: ${oneLine(reasonOf(record))}`)
  return record.status === 'CANCELLED' ? EXIT.cancelled : EXIT.failed
}

/** Puts the results into the folder; their paths, as the user named the folder. */
async function resultPaths(lab: DataLab, record: JobRecord, { folder, label }: Target): Promise<string[]> {
  const names = await writeResults(lab, record, folder)
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
