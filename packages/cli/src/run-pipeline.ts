import { join } from 'node:path'
import { type DataLab, type PipelineRecord, planPipeline, submitPipeline } from '@datalab/core'
import { CommandError, EXIT } from './command-error.js'
import type { CommandContext } from './commands.js'
import { flags } from './flags.js'
import { fleetAddress } from './fleet-place.js'
import { followPipeline } from './follow-pipeline.js'
import { placesOf } from './host-place.js'
import { hostFor } from './lab.js'
import { makeOutputFolder, ownFolder, type Target } from './output-folder.js'
import type { PipelineRequest } from './pipeline-request.js'
import { pipelineReasons, stepLines } from './pipeline-summary.js'
import { jsonDocument, oneLine } from './printable.js'
import { ProgressBar } from './progress-bar.js'
import { rememberRoots } from './remembered-roots.js'
import { writeResults } from './result-files.js'

/** Runs a pipeline, and puts the results of its steps into a folder. Resolves to the exit code. */
export async function runPipeline(
  request: PipelineRequest,
  target: Target,
  context: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const placeFor = placesOf(request.arguments, target.folder, context)
  {
    // Before the folder is made: a pipeline that is not right leaves nothing behind.
    await using lab = await hostFor(request, context, await placeFor('reading'))
    await planPipeline(lab, request.pipeline)
  }
  makeOutputFolder(target.folder, target.label)
  await using lab = await hostFor(request, context, await placeFor('running'))
  if (signal.aborted) throw new CommandError('cancelled', EXIT.cancelled)
  const run = await submitPipeline(lab, request.pipeline, { force: request.arguments.has(flags.force) })
  const record = await followPipeline(run, new ProgressBar(context.terminal, oneLine(request.title)), signal)
  return await finish(lab, record, target, request, context)
}

async function finish(
  lab: DataLab,
  record: PipelineRecord,
  target: Target,
  request: PipelineRequest,
  { io, terminal }: CommandContext,
): Promise<number> {
  const isJson = request.arguments.has(flags.json)
  try {
    rememberRoots(ownFolder(target.folder), request.roots)
    const storage = fleetAddress(request.arguments, io.env)?.storage
    const paths = await resultPaths(lab, record, target, request, storage)
    const lines = [...stepLines(record), ...paths.map(oneLine)]
    if (!isJson) await terminal.print(lines.map((line) => `${line}\n`).join(''))
  } finally {
    if (isJson) await terminal.print(jsonDocument(record))
  }
  if (record.status === 'COMPLETED') return EXIT.completed
  for (const reason of pipelineReasons(record, request.title)) terminal.note(`datalab: ${reason}`)
  return record.status === 'CANCELLED' ? EXIT.cancelled : EXIT.failed
}

/** Puts the results that are wanted into the folder; their paths, as the user named the folder. */
async function resultPaths(
  lab: DataLab,
  { steps }: PipelineRecord,
  { folder, label }: Target,
  { arguments: given }: PipelineRequest,
  storage: string | undefined,
): Promise<string[]> {
  // What others work on is theirs; it stays where the host keeps results.
  const taken = given.has(flags.intermediate) ? new Set<string>() : new Set(steps.flatMap(({ needs }) => needs))
  const paths: string[] = []
  for (const { id, jobs, status } of steps) {
    if (status !== 'COMPLETED' || taken.has(id)) continue
    for (const job of jobs) {
      const names = await writeResults(lab, job, folder, { title: id, storage })
      paths.push(...names.map((name) => join(label, name)))
    }
  }
  return paths
}
