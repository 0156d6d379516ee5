import { type RequestFacts, unavailable, unusable } from './source-error.js'

/** A file of the archive, as far as it is needed to fetch it. */
export interface Frame {
  /** Where its newest version lies. Whoever has this address may need no token: it is nobody else's to see. */
  readonly url: URL
  /** Tells its newest version from all others; undefined where the archive names no versions. */
  readonly version: string | undefined
  /** Of its newest version, in lower case. */
  readonly md5: string | undefined
}

type Members = Readonly<Record<string, unknown>>

const EXTENSION = /\.(fits|fit|fts)(\.(fz|gz))?$/i

/** A file's name as archives keep it: without the extension of FITS files. */
export function stemOf(name: string): string {
  return name.replace(EXTENSION, '')
}

/**
 * The file of this name in the archive's answer; undefined where it is not there.
 *
 * @throws SOURCE_UNAVAILABLE when the answer is not of the shape that archives give.
 */
export function findFrame(answer: unknown, facts: RequestFacts): Frame | undefined {
  const results = isMembers(answer) ? answer.results : undefined
  if (!Array.isArray(results)) throw unavailable(facts, 'answers with what is no list of frames')
  const frame = bestMatch(results.filter(isMembers), facts.file)
  if (frame === undefined) return undefined
  const { url } = frame
  if (typeof url !== 'string' || !URL.canParse(url)) throw unusable(facts, `${facts.host} does not say where it lies`)
  const version = newestVersion(frame.version_set)
  const md5 = textOf(version?.md5)?.toLowerCase()
  return { url: new URL(url), version: identityOf(version), md5: /^[0-9a-f]{32}$/.test(md5 ?? '') ? md5 : undefined }
}

/** The frame whose name is meant: rather the very name than one that differs in its extension, which archives drop. */
function bestMatch(frames: readonly Members[], name: string): Members | undefined {
  const isMeant = [
    ({ basename }: Members) => basename === name,
    ({ filename }: Members) => filename === name,
    ({ basename }: Members) => basename === stemOf(name),
    ({ basename }: Members) => typeof basename === 'string' && stemOf(basename) === stemOf(name),
  ]
  return isMeant.map((test) => frames.find(test)).find((frame) => frame !== undefined)
}

/** The version created last; the first one listed where times do not tell. */
function newestVersion(versions: unknown): Members | undefined {
  if (!Array.isArray(versions)) return undefined
  return versions
    .filter(isMembers)
    .reduce<Members | undefined>(
      (newest, one) => (newest === undefined || timeOf(one) > timeOf(newest) ? one : newest),
      undefined,
    )
}

function timeOf({ created }: Members): number {
  return typeof created === 'string' ? Date.parse(created) : Number.NaN
}

function identityOf(version: Members | undefined): string | undefined {
  const [name, text] = (['md5', 'key', 'id'] as const)
    .map((member) => [member, textOf(version?.[member])] as const)
    .find(([, value]) => value !== undefined) ?? [undefined, undefined]
  return name === undefined ? undefined : `${name}:${text}`
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
