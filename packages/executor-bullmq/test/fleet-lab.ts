import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createDataLab,
  type DataLab,
  type DataLabOptions,
  type Job,
  type JobRecord,
  type ObjectStorage,
} from '@datalab/core'
import { build } from 'esbuild'
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest'
import type { BehaveInputs } from './fleet-operations.js'
import setup from './fleet-setup.config.js'
import type { TestRedis } from './redis-server.js'
import type { ResultPlace } from './result-places.js'

/** The programs of these tests as plain JavaScript, made once for a test file. */
export function programs(): (name: string) => URL {
  let folder = ''
  beforeAll(async () => {
    // Below this package, so that what is not bundled is found.
    const parent = join(import.meta.dirname, '../node_modules/.cache')
    mkdirSync(parent, { recursive: true })
    folder = mkdtempSync(join(parent, 'programs-'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const scripts = ['../../local/src/process-child.ts', 'fleet-setup.config.ts', 'fleet-worker.ts']
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
      external: ['bullmq', 'ioredis', 'prom-client', 'libsql', '@aws-sdk/*'],
      banner: {
        js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
      },
      logLevel: 'error',
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => pathToFileURL(join(folder, `${name}.js`))
}

let prefixes = 0

/** A worker in a process of its own. */
export class WorkerProcess {
  private constructor(readonly child: ChildProcess) {}

  static async start(program: (name: string) => URL, concurrency = 1, graceMs = 0): Promise<WorkerProcess> {
    const modules = ['fleet-setup.config', 'process-child'].map((name) => program(name).href)
    const child = fork(program('fleet-worker'), [...modules, String(concurrency), String(graceMs)], { execArgv: [] })
    await once(child, 'message')
    onTestFinished(() => void child.kill('SIGKILL'))
    return new WorkerProcess(child)
  }

  async kill(): Promise<void> {
    this.child.kill('SIGCONT')
    this.child.kill('SIGKILL')
    await this.#ended()
  }

  /** Asks it to close; resolves when it has. */
  async close(): Promise<void> {
    this.child.send('close')
    await this.#ended()
  }

  async #ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
  }
}

/** Hosts of one fleet, in a folder and under a prefix of their own; closed when the test is over. */
export class FleetLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'datalab-fleet-'))
  readonly prefix = `fleet-${process.pid}-${prefixes++}`
  readonly host: DataLab
  readonly #storage: ObjectStorage

  constructor(
    readonly redis: TestRedis,
    { bucket }: ResultPlace = { name: 'files' },
  ) {
    vi.stubEnv('DATALAB_FLEET_FOLDER', this.folder)
    vi.stubEnv('DATALAB_FLEET_REDIS', redis.url)
    vi.stubEnv('DATALAB_FLEET_PREFIX', this.prefix)
    vi.stubEnv('DATALAB_FLEET_BUCKET', bucket)
    vi.stubEnv('DATALAB_FLEET_S3', process.env.DATALAB_TEST_S3_ENDPOINT)
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
    })
    const options = setup() as DataLabOptions
    this.#storage = options.storage as ObjectStorage
    this.host = this.#open(options)
  }

  /** Another host of the same fleet. */
  open(more: Partial<DataLabOptions> = {}): DataLab {
    return this.#open({ ...(setup() as DataLabOptions), ...more })
  }

  submit(how: BehaveInputs['how'], name: string, operation = 'Behave'): Promise<Job> {
    return this.host.submit(operation, { how, name })
  }

  /** Lets the runs end that wait under this name. */
  go(name: string): void {
    writeFileSync(join(this.folder, `go-${name}`), '')
  }

  /** How often a run was begun under this name. */
  begun(name: string): number {
    return this.processes(name).length
  }

  /** The processes in which runs were begun under this name. */
  processes(name: string): string[] {
    const path = join(this.folder, `journal-${name}`)
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }

  /** Resolves when so many runs were begun under this name. */
  async hasBegun(name: string, count = 1, timeout = 15_000): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.begun(name) < count) throw new Error(`${name} was begun ${this.begun(name)} times, not ${count}`)
      },
      { timeout, interval: 20 },
    )
  }

  /** The numbers of the attempts that a job has objects of. */
  async attempts(key: string): Promise<string[]> {
    const names = (await this.objects(`${key}/`)).map((name) => name.slice(key.length + 1))
    return [...new Set(names.flatMap((name) => /^(\d+)\//.exec(name)?.[1] ?? []))]
  }

  /** The keys of all objects in the storage that begin so. */
  async objects(prefix = ''): Promise<string[]> {
    const keys: string[] = []
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await this.#storage.list(prefix, { ...(cursor && { cursor }) })
      keys.push(...page.objects.map(({ key }) => key))
      cursor = page.cursor
    }
    return keys
  }

  /** The names of all keys that the fleet has in Redis. */
  keys(): Promise<string[]> {
    return this.redis.with((client) => client.keys(`${this.prefix}:*`))
  }

  #open(options: DataLabOptions): DataLab {
    const host = createDataLab(options)
    onTestFinished(() => host.close())
    return host
  }
}

/** The record as it ended. */
export async function last(job: Job): Promise<JobRecord> {
  let record = await job.record()
  for await (record of job.events);
  return record
}
