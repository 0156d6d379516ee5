import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { AllowedHosts } from './allowed-hosts.js'
import type { ArchiveSourceOptions } from './archive-source-options.js'
import type { HttpClientSettings } from './http-client.js'
import type { RetryPolicy } from './retry.js'

/** The options of a source, checked, with their defaults. */
export interface Settings extends HttpClientSettings, RetryPolicy {
  readonly name: string
  /** Ends with a slash. */
  readonly baseUrl: URL
  readonly credentials: NonNullable<ArchiveSourceOptions['credentials']>
  /** Whether not everybody may be shown everything. */
  readonly isPersonal: boolean
  readonly identity: 'basename' | 'version'
  readonly maxBytes: number
  readonly scratch: string
  /** In milliseconds. */
  readonly now: () => number
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @throws TypeError when an option is not what it should be. */
export function settingsOf(options: ArchiveSourceOptions): Settings {
  const { allowedHosts = [], allowHttp = false, fetch = globalThis.fetch } = options
  const baseUrl = baseUrlOf(options.baseUrl)
  const hosts = new AllowedHosts([baseUrl.host, ...allowedHosts], allowHttp)
  const objection = hosts.objection(baseUrl)
  if (objection !== undefined) throw new TypeError(`The base URL is not used: ${objection}.`)
  return {
    name: options.name ?? 'archive',
    baseUrl,
    origin: baseUrl.origin,
    hosts,
    fetch,
    credentials: options.credentials ?? (() => undefined),
    isPersonal: options.credentials !== undefined,
    identity: options.identity ?? 'basename',
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs ?? 30_000, 1, LONGEST_TIMER_MS),
    retries: wholeNumber('retries', options.retries ?? 3, 0, 100),
    maxBytes: wholeNumber('maxBytes', options.maxBytes ?? 4 * 2 ** 30, 0, Number.MAX_SAFE_INTEGER),
    scratch: options.scratch ?? tmpdir(),
    wait: options.wait ?? ((ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal })),
    random: options.random ?? Math.random,
    now: options.now ?? (() => performance.now()),
  }
}

function baseUrlOf(text: string): URL {
  if (!URL.canParse(text)) throw new TypeError('The base URL is none; give one such as https://archive.example.org/.')
  const url = new URL(text)
  if (url.search !== '' || url.hash !== '') throw new TypeError('The base URL has a query or a fragment; leave it out.')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function wholeNumber(option: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${option} is ${value}; give a whole number from ${least} to ${most}.`)
}
