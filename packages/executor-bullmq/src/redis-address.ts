import type { RedisOptions } from 'ioredis'

/** Where a Redis is: its URL (`redis://host:6379/0`, `rediss://user:password@host` with TLS), or the options of ioredis. */
export type RedisAddress = string | RedisOptions

/** What is needed of each connection, whatever else is asked for: it fails at once when it is gone, and comes back by itself. */
const TERMS: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 5000,
  keepAlive: 5000,
  retryStrategy: (times) => Math.min(50 * times, 500),
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
}

/**
 * The options of a connection to a Redis.
 *
 * @throws TypeError where the address is none.
 */
export function redisOptions(address: RedisAddress): RedisOptions {
  if (typeof address !== 'string') return { ...address, ...TERMS }
  return { ...optionsOfUrl(address), ...TERMS }
}

/** Host and port, without user and password. */
export function placeOf({ host = 'localhost', port = 6379, path }: RedisOptions): string {
  return path ?? `${host}:${port}`
}

function optionsOfUrl(text: string): RedisOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    throw new TypeError(`A Redis is named by a URL such as redis://127.0.0.1:6379, not by '${redacted(text)}'.`)
  const db = Number(url.pathname.slice(1) || 0)
  if (!Number.isInteger(db))
    throw new TypeError(`The path of a Redis URL is the number of a database, not '${url.pathname}'.`)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db,
    ...(url.username && { username: decoded(url.username) }),
    ...(url.password && { password: decoded(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new TypeError(`In the URL of a Redis, '%' in a user or password is written '%25'.`)
  }
}

function redacted(text: string): string {
  return text.replace(/\/\/.*@/, '//***@').slice(0, 100)
}
