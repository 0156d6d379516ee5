import type { UrlOf } from './object-urls.js'
import type { Output, OutputFile, OutputFileView, StoredOutput } from './output.js'
import type { JobRecord, JobState, StoredRecord } from './record.js'

/** How a record is shown. */
export interface ViewOptions {
  /** Whether the result was there when it was asked for. */
  readonly cached: boolean
  /** Whether the reader may have the output. Who may not reads the names and types of its files: no URL, and no data. */
  readonly isOpen: boolean
}

/** A record as users read it: each object with its URL. */
export async function recordView(
  record: StoredRecord,
  urlOf: UrlOf,
  { cached, isOpen }: ViewOptions,
): Promise<JobRecord> {
  const { output } = record
  const shown = output && (isOpen ? await outputView(output, urlOf) : closedView(output))
  return { ...stateOf(record), output: shown, secondsLeft: secondsLeft(record, Date.now()), cached }
}

/** What users read of a record. Member by member, which takes a tenth of the time that it takes to leave out the others. */
function stateOf(record: StoredRecord): JobState {
  const { version, key, operation, inputs, status, attempt, progress, message, warnings, error } = record
  const { created, updated, started, ended, history, provenance } = record
  const times = { created, updated, started, ended }
  return {
    version,
    key,
    operation,
    inputs,
    status,
    attempt,
    progress,
    message,
    warnings,
    error,
    ...times,
    history,
    provenance,
  }
}

/** An output as users read it who may have it. */
export async function outputView(output: StoredOutput, urlOf: UrlOf): Promise<Output> {
  const { output_files, output_data } = output
  return {
    ...(output_files === undefined
      ? {}
      : { output_files: await Promise.all(output_files.map((file) => fileView(file, urlOf))) }),
    ...(output_data === undefined ? {} : { output_data }),
  }
}

function closedView({ output_files }: StoredOutput): Output {
  if (output_files === undefined) return {}
  return { output_files: output_files.map(({ basename, source, type }) => ({ basename, source, type })) }
}

async function fileView(file: OutputFile, urlOf: UrlOf): Promise<OutputFileView> {
  const { basename, source, type, objects, input } = file
  const urls = await Promise.all(
    Object.entries(objects).map(async ([role, key]) => [`${role}_url`, await urlOf(key)] as const),
  )
  return { basename, source, type, ...(input === undefined ? {} : { input }), ...Object.fromEntries(urls) }
}

/** Below this much progress there is too little to tell the rest from. */
const ENOUGH = 0.05

function secondsLeft({ status, started, progress }: StoredRecord, now: number): number | null {
  if (status !== 'IN_PROGRESS' || started === null || progress < ENOUGH) return null
  const elapsed = (now - Date.parse(started)) / 1000
  return Math.max(0, Math.round((elapsed * (1 - progress)) / progress))
}
