import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, vi } from 'vitest'

/** Whether a Redis can be started here; without one, tests that need it are skipped. */
export const hasRedis = isThere()

function isThere(): boolean {
  try {
    return execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).includes('Redis server')
  } catch {
    console.error(
      '\n*** SKIPPED: the tests of @datalab/executor-bullmq that need a Redis. Install one: apt-get install redis-server\n',
    )
    return false
  }
}

// A machine may do other work besides.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/**
 * A Redis of one's own, on loopback, that keeps all it is told (AOF), also when it is killed: with `everysec` it holds back for up to two
 * seconds what it has answered already while the disk is slow.
 */
export class TestRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'datalab-redis-'))
  #port = 0
  #process: ChildProcess | undefined

  /** One for the tests of a file. */
  static use(...options: string[]): TestRedis {
    const redis = new TestRedis()
    if (!hasRedis) return redis
    beforeAll(() => redis.start(...options))
    afterAll(() => redis.remove())
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }

  async start(...options: string[]): Promise<void> {
    this.#port ||= await freePort()
    const place = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.folder]
    const terms = ['--appendonly', 'yes', '--appendfsync', 'no', '--save', '', '--loglevel', 'warning']
    this.#process = spawn('redis-server', [...place, ...terms, ...options], { stdio: 'ignore' })
    await this.#answers()
  }

  /** Like a crash. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Stops it, like Ctrl-Z. */
  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** A client of the test's own. */
  async with<Answer>(work: (client: Redis) => Promise<Answer>): Promise<Answer> {
    const client = new Redis(this.#port, '127.0.0.1')
    try {
      return await work(client)
    } finally {
      client.disconnect()
    }
  }

  async remove(): Promise<void> {
    this.thaw()
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #answers(): Promise<void> {
    const client = new Redis(this.#port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
    client.on('error', () => {})
    await client.ping()
    client.disconnect()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
