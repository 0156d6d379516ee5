import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ByteSource, type DataLabError, type FileReference, readAll, type SourceContext } from '@datalab/core'
import { expect, onTestFinished, vi } from 'vitest'
import { ArchiveSource, type ArchiveSourceOptions } from '../src/index.js'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server on loopback that answers each request by the next fault, or as it should where none is left. */
export class TestServer {
  readonly faults: Handler[] = []
  readonly requests: IncomingMessage[] = []
  #port = 0

  private constructor(private readonly answer: Handler) {}

  static async start(answer: Handler): Promise<TestServer> {
    const self = new TestServer(answer)
    const server = createServer((request, response) => {
      self.requests.push(request)
      const handler = self.faults.shift() ?? self.answer
      handler(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    self.#port = (server.address() as AddressInfo).port
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return self
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`
  }

  url(path: string): string {
    return `http://${this.host}${path}`
  }
}

/** Time that passes when a test says so. Time limits wait for {@link expire}; delays before retries are over at once, and written down. */
export class TestClock {
  static readonly TIMEOUT_MS = 7777
  readonly delays: number[] = []
  readonly #limits = new Set<() => void>()

  readonly wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms !== TestClock.TIMEOUT_MS) {
      this.delays.push(ms)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#limits.add(resolve)
      signal?.addEventListener('abort', () => {
        this.#limits.delete(resolve)
        reject(signal.reason)
      })
    })
  }

  /** How many time limits are running. */
  get running(): number {
    return this.#limits.size
  }

  async expire(): Promise<void> {
    await vi.waitFor(() => expect(this.#limits.size).toBeGreaterThan(0), { interval: 1 })
    for (const resolve of this.#limits) resolve()
  }
}

export interface StoredFile {
  bytes: Uint8Array
  etag?: string
  ranges?: boolean
}

export interface TestFrame {
  id?: unknown
  basename?: unknown
  filename?: unknown
  url?: unknown
  version_set?: unknown
  /** The only tokens that it is shown to. */
  readers?: readonly string[]
}

export const SECRET_TOKEN = 's3cr3t-t0ken'
export const SIGNATURE = 'X-Amz-Signature=s1gnature'
export const principal = { id: 'ada' }

/** An archive, its object store, and a source that reads from them. */
export class World {
  readonly frames: TestFrame[] = []
  readonly files = new Map<string, StoredFile>()
  readonly clock = new TestClock()
  readonly scratch = mkdtempSync(join(tmpdir(), 'source-archive-test-'))
  archive!: TestServer
  store!: TestServer

  static async create(): Promise<World> {
    const world = new World()
    world.archive = await TestServer.start((request, response) => world.#listFrames(request, response))
    world.store = await TestServer.start((request, response) => world.#sendFile(request, response))
    onTestFinished(() => {
      const left = readdirSync(world.scratch)
      rmSync(world.scratch, { recursive: true })
      expect(left).toEqual([])
      expect(world.clock.running).toBe(0)
    })
    return world
  }

  source(options: Partial<ArchiveSourceOptions> = {}): ArchiveSource {
    return new ArchiveSource({
      baseUrl: this.archive.url('/api'),
      allowedHosts: [this.store.host],
      timeoutMs: TestClock.TIMEOUT_MS,
      scratch: this.scratch,
      wait: this.clock.wait,
      random: () => 1,
      ...options,
    })
  }

  /** Puts a file into the store and a frame of it into the archive. */
  add(name: string, bytes: Uint8Array, file: Partial<StoredFile> = {}, frame: TestFrame = {}): void {
    this.files.set(`/${name}`, { bytes, etag: `"${md5(bytes)}"`, ...file })
    const version = { id: 7, key: 'v7', md5: md5(bytes), extension: '.fits', created: '2026-01-01T00:00:00Z' }
    this.frames.push({
      id: this.frames.length,
      basename: name,
      filename: `${name}.fits`,
      url: this.store.url(`/${name}?${SIGNATURE}`),
      version_set: [version],
      ...frame,
    })
  }

  #listFrames(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://archive')
    const name = url.searchParams.get('basename_exact')
    const reader = request.headers.authorization?.replace('Token ', '') ?? ''
    const isShown = ({ basename, readers = [reader] }: TestFrame) => basename === name && readers.includes(reader)
    const results = url.pathname === '/api/frames/' ? this.frames.filter(isShown) : []
    json(response, { count: results.length, next: null, previous: null, results })
  }

  #sendFile(request: IncomingMessage, response: ServerResponse): void {
    const file = this.files.get(new URL(request.url ?? '', 'http://store').pathname)
    if (file === undefined) return void response.writeHead(404).end()
    sendFile(request, response, file)
  }
}

/** Sends a file as object stores do, with ranges where it has them. */
function sendFile(request: IncomingMessage, response: ServerResponse, file: StoredFile): void {
  const { bytes, etag, ranges = true } = file
  const headers = etag === undefined ? {} : { etag }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  const condition = request.headers['if-range']
  if (!ranges || range === null || (condition !== undefined && condition !== etag))
    return void response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
  const first = Number(range[1])
  const last = Math.min(Number(range[2]), bytes.length - 1)
  if (first >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  const part = bytes.subarray(first, last + 1)
  const contentRange = `bytes ${first}-${last}/${bytes.length}`
  response.writeHead(206, { ...headers, 'content-range': contentRange, 'content-length': part.length }).end(part)
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(code, headers).end('not this time')

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** Bytes that differ from place to place. */
export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * seed) & 255)
}

export function file(basename: string): FileReference {
  return { source: 'archive', basename }
}

/** That bytes are equal; `toEqual` takes long for many. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length)
  expect(Buffer.compare(actual, expected)).toBe(0)
}

/** All bytes of a file, which is closed again. */
export async function bytesOf(
  source: ArchiveSource,
  basename: string,
  context: SourceContext = { principal },
): Promise<Uint8Array> {
  return drain(await source.open(file(basename), context))
}

export async function drain(opened: ByteSource): Promise<Uint8Array> {
  try {
    return await readAll(opened, { limit: 1e8 })
  } finally {
    await opened.close()
  }
}

/** The error that something fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<DataLabError> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  )
}
