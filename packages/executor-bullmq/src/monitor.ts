import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataLabError } from '@datalab/core'
import type {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry as PromRegistry,
} from 'prom-client'
import type { BullMQExecutor } from './bullmq-executor.js'

/** Where a worker tells how it is. */
export interface MonitorAddress {
  /** 0 for any that is free. */
  readonly port: number
  /** Who can ask; this machine alone by default: `127.0.0.1`. */
  readonly host?: string
}

/** Seconds that runs take, from the smallest to those with a limit of an hour. */
const BUCKETS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600]

interface Instruments {
  readonly registry: PromRegistry
  readonly seconds: PromHistogram<'operation'>
  readonly runs: PromCounter<'operation'>
  readonly going: PromGauge
  readonly up: PromGauge
  readonly queued: PromGauge<'label' | 'state'>
}

/** Tells over HTTP how a worker is: `/health`, 200 or 503, and `/metrics`, for Prometheus. */
export class WorkerMonitor {
  isClosing = false
  #server: Server | undefined
  #executor: BullMQExecutor | undefined
  #instruments: Instruments | undefined

  constructor(private readonly places: number) {}

  get url(): string | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined
    if (address == null) return undefined
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
  }

  async start(executor: BullMQExecutor, address: MonitorAddress | undefined): Promise<void> {
    if (address === undefined) return
    this.#executor = executor
    this.#instruments = await instruments(this.places)
    this.#server = createServer((request, response) => void this.#answer(request, response))
    const { host = '127.0.0.1', port } = address
    this.#server.listen(port, host)
    await once(this.#server, 'listening').catch((cause) => {
      throw cannotListen(`${host}:${port}`, cause)
    })
  }

  /** A turn of a run has ended. */
  count(operation: string, seconds: number): void {
    this.#instruments?.runs.inc({ operation })
    this.#instruments?.seconds.observe({ operation }, seconds)
  }

  async close(): Promise<void> {
    this.#server?.close()
    this.#server?.closeAllConnections()
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url?.split('?')[0]
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end()
    else if (path === '/health') this.#tellHealth(response)
    else if (path === '/metrics') await this.#tellMetrics(response)
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('There is /health and /metrics.\n')
  }

  #tellHealth(response: ServerResponse): void {
    const redis = this.#executor?.isUp === true
    const status = this.isClosing ? 'closing' : redis ? 'ok' : 'waiting for Redis'
    const health = { status, redis, going: this.#executor?.going ?? 0, places: this.places }
    response
      .writeHead(status === 'ok' ? 200 : 503, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(health)}\n`)
  }

  async #tellMetrics(response: ServerResponse): Promise<void> {
    const { registry } = this.#instruments as Instruments
    try {
      await this.#look()
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
    } catch {
      response.writeHead(500).end()
    }
  }

  async #look(): Promise<void> {
    const { going, up, queued } = this.#instruments as Instruments
    going.set(this.#executor?.going ?? 0)
    up.set(this.#executor?.isUp === true ? 1 : 0)
    // While Redis is away nothing is known of them.
    queued.reset()
    for (const [label, { waiting, active }] of (await this.#executor?.queues().catch(() => [])) ?? []) {
      queued.set({ label, state: 'waiting' }, waiting)
      queued.set({ label, state: 'active' }, active)
    }
  }
}

function cannotListen(where: string, cause: NodeJS.ErrnoException): DataLabError {
  const { code = cause.message } = cause
  const other = code === 'EADDRINUSE' || code === 'EACCES' ? 'port' : 'address'
  const message = `The monitor of this worker cannot listen at ${where} (${code}). Give it another ${other}.`
  return new DataLabError('DATALAB_SETUP_INVALID', message, { cause, details: { where } })
}

async function instruments(places: number): Promise<Instruments> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import('prom-client')
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  gauge('datalab_worker_places', 'How many runs may go on at once.').set(places)
  return {
    registry,
    seconds: new Histogram({
      name: 'datalab_run_seconds',
      help: 'How long turns of runs took.',
      labelNames: ['operation'],
      buckets: BUCKETS,
      registers,
    }),
    runs: new Counter({
      name: 'datalab_runs_total',
      help: 'Turns of runs that ended.',
      labelNames: ['operation'],
      registers,
    }),
    going: gauge('datalab_worker_runs', 'Runs that go on now.'),
    up: gauge('datalab_worker_redis_up', '1 while Redis answers.'),
    queued: new Gauge({
      name: 'datalab_queue_jobs',
      help: 'Jobs in the queues of all workers.',
      labelNames: ['label', 'state'],
      registers,
    }),
  }
}
