import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import type { TimeLimits } from './deadline.js'
import { bucketOf, prefixOf } from './location.js'
import type { RetryPolicy } from './retry.js'
import type { S3StorageOptions } from './s3-storage-options.js'

/** How a client is made. */
export type ClientSettings = Pick<S3StorageOptions, 'region' | 'endpoint' | 'pathStyle' | 'credentials'> & {
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
}

/** The options of a storage, checked, with their defaults. */
export interface Settings extends RetryPolicy, TimeLimits {
  readonly bucket: string
  /** Empty, or with a slash at its end. */
  readonly prefix: string
  /** The one that was handed in, or how to make one. */
  readonly client: S3Client | ClientSettings
  readonly urlLife: number
  readonly partSize: number
  readonly partsAtOnce: number
  readonly scratch: string
}

const MEBIBYTE = 2 ** 20
const LONGEST_TIMER_MS = 2 ** 31 - 1
const LONGEST_URL_LIFE = 7 * 24 * 3600

/** What a client that is handed in has already. */
const OF_THE_CLIENT = ['region', 'endpoint', 'pathStyle', 'credentials', 'connectTimeoutMs'] as const

/** @throws TypeError when an option is not what it should be. */
export function settingsOf(options: S3StorageOptions): Settings {
  const idleTimeoutMs = time('idleTimeoutMs', options.idleTimeoutMs ?? 30_000)
  return {
    bucket: bucketOf(options.bucket),
    prefix: prefixOf(options.prefix ?? ''),
    client: clientOf(options, idleTimeoutMs),
    urlLife: wholeNumber('urlLife', options.urlLife ?? 24 * 3600, 1, LONGEST_URL_LIFE),
    partSize: wholeNumber('partSize', options.partSize ?? 5 * MEBIBYTE, 5 * MEBIBYTE, 1024 * MEBIBYTE),
    partsAtOnce: wholeNumber('partsAtOnce', options.partsAtOnce ?? 2, 1, 100),
    retries: wholeNumber('retries', options.retries ?? 5, 0, 100),
    idleTimeoutMs,
    requestTimeoutMs: time('requestTimeoutMs', options.requestTimeoutMs ?? 600_000),
    scratch: options.scratch ?? tmpdir(),
    wait: options.wait ?? ((ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal })),
    random: options.random ?? Math.random,
  }
}

function clientOf(options: S3StorageOptions, idleTimeoutMs: number): S3Client | ClientSettings {
  const { client, region, endpoint, pathStyle, credentials } = options
  if (client !== undefined) {
    const double = OF_THE_CLIENT.filter((name) => options[name] !== undefined)
    if (double.length === 0) return client
    throw new TypeError(`A client was given, and ${double.join(', ')} besides; set these on the client.`)
  }
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint: checkedEndpoint(endpoint) }),
    ...(pathStyle !== undefined && { pathStyle }),
    ...(credentials !== undefined && { credentials }),
    connectTimeoutMs: time('connectTimeoutMs', options.connectTimeoutMs ?? 5_000),
    idleTimeoutMs,
  }
}

/** Never quoted: it may carry a password. */
function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError('The endpoint is no http or https address; give one such as https://s3.example.org.')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('The endpoint has more than a host and a path; give credentials as credentials.')
  return text
}

function time(option: string, value: number): number {
  return wholeNumber(option, value, 1, LONGEST_TIMER_MS)
}

function wholeNumber(option: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${option} is ${value}; give a whole number from ${least} to ${most}.`)
}
