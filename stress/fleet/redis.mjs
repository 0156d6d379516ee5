import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What all keys take, in bytes. */
const MEMORY =
  "local sum = 0; for _, key in ipairs(redis.call('keys', '*')) do sum = sum + redis.call('memory', 'usage', key) end; return sum"

/** A Redis on loopback, and what it counts itself. Debian: redis-server, with redis-tools. */
export class CountedRedis {
  /** Whether one can be started here. */
  static get isThere() {
    return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0
  }

  static async start(folder) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    server.close()
    await once(server, 'close')
    const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
    const child = spawn('redis-server', [...place, '--appendonly', 'yes', '--save', ''], { stdio: 'ignore' })
    process.once('exit', () => child.kill('SIGKILL'))
    // Whoever is done without it ends, and it ends with them.
    child.unref()
    const redis = new CountedRedis(port, child)
    while (!redis.#answers()) await sleep(50)
    return redis
  }

  constructor(port, child) {
    this.port = port
    this.child = child
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`
  }

  /**
   * Since it was reset the last time: calls by command, inside of scripts as well, and bytes over the network. And since its start: processor time,
   * and what its keys and its log take, in bytes.
   */
  counts() {
    const commands = {}
    for (const [, name, calls] of this.#ask('info', 'commandstats').matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm))
      if (!/^(info|config)/.test(name)) commands[name] = Number(calls)
    const stats = fields(this.#ask('info', 'stats'))
    const { used_cpu_sys, used_cpu_user } = fields(this.#ask('info', 'cpu'))
    const { aof_current_size } = fields(this.#ask('info', 'persistence'))
    return {
      commands,
      received: stats.total_net_input_bytes,
      sent: stats.total_net_output_bytes,
      cpuMs: 1000 * (used_cpu_sys + used_cpu_user),
      memory: Number(this.#ask('eval', MEMORY, '0')),
      written: aof_current_size,
    }
  }

  reset() {
    this.#ask('config', 'resetstat')
  }

  #answers() {
    try {
      return this.#ask('ping').startsWith('PONG')
    } catch {
      return false
    }
  }

  #ask(...words) {
    return execFileSync('redis-cli', ['-p', `${this.port}`, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  }
}

function fields(text) {
  return Object.fromEntries([...text.matchAll(/^(\w+):([\d.]+)\r?$/gm)].map(([, name, value]) => [name, Number(value)]))
}
