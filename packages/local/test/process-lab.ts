import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createDataLab,
  type DataLab,
  type DataLabOptions,
  type Job,
  type JobRecord,
  type Logger,
  MemoryRecordStore,
} from '@datalab/core'
import { build } from 'esbuild'
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest'
import { ProcessExecutor, type ProcessExecutorOptions } from '../src/process-executor.js'
import { Behave, type BehaveInputs } from './process-operations.js'
import setup from './process-setup.config.js'

/** The programs of these tests as plain JavaScript, made once for a test file. */
export function programs(): (name: string) => URL {
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'process-programs-'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const scripts = ['../src/process-child.ts', 'process-setup.config.ts', 'process-host.ts']
    await build({
      entryPoints: scripts.map((name) => join(import.meta.dirname, name)),
      entryNames: '[name]',
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@datalab/source'],
      logLevel: 'error',
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => pathToFileURL(join(folder, `${name}.js`))
}

/** What is logged. */
export interface LogLine {
  readonly level: string
  readonly facts: Record<string, unknown>
  readonly message: string
}

function memoryLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: string) => (facts: Record<string, unknown>, message: string) =>
    void lines.push({ level, facts, message })
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

/** A folder of its own, which children know too; removed when the test is over. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'process-executor-'))
  vi.stubEnv('DATALAB_TEST_FOLDER', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A host whose runs go on in child processes, closed when the test is over. */
export class ProcessLab {
  readonly folder = testFolder()
  readonly host: DataLab
  readonly executor: ProcessExecutor
  readonly lines: LogLine[]
  #jobs = 0

  constructor(
    program: (name: string) => URL,
    options: Partial<ProcessExecutorOptions> = {},
    more: Partial<DataLabOptions> = {},
  ) {
    const { log, lines } = memoryLog()
    this.lines = lines
    const modules = { setup: program('process-setup.config'), entry: program('process-child') }
    this.executor = new ProcessExecutor({ ...modules, concurrency: 2, ...options })
    this.host = createDataLab({
      ...(setup() as DataLabOptions),
      records: new MemoryRecordStore(),
      executor: this.executor,
      retry: { retries: 0 },
      log,
      ...more,
    })
    onTestFinished(() => this.host.close())
  }

  /** A job of its own. */
  submit(how: BehaveInputs['how'], name = String(++this.#jobs), operation = Behave): Promise<Job> {
    return this.host.submit(operation, { how, name })
  }

  /** The record of a job that is run to its end. */
  async run(how: BehaveInputs['how'], name?: string, operation?: typeof Behave): Promise<JobRecord> {
    const job = await this.submit(how, name, operation)
    return last(job)
  }

  /** The process in which the next run goes on. */
  async pid(): Promise<number> {
    return (await this.run('nothing')).output?.output_data?.[0]?.pid as number
  }
}

/** The record as it ended. */
export async function last(job: Job): Promise<JobRecord> {
  return until(job, () => false)
}

/** The identity of the process in which a run goes on, as soon as it tells. */
export async function begun(job: Job): Promise<string> {
  return (await until(job, ({ message }) => message !== null)).message ?? ''
}

async function until(job: Job, isIt: (record: JobRecord) => boolean): Promise<JobRecord> {
  let record = await job.record()
  for await (record of job.events) if (isIt(record)) break
  return record
}

/** Whether this process goes on. Not one that has ended and whose parent has not looked yet. */
export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
