import { createHash } from 'node:crypto'
import { type ByteSource, bytesSource } from '@datalab/core'
import type { Answer } from './answer.js'
import { contentRange, md5OfEtag, strongEtag } from './content-range.js'
import { type PinnedFile, readPart } from './range-source.js'
import { corrupt, type RequestFacts, tooLarge, unusable } from './source-error.js'
import { TemporaryFile } from './temporary-file.js'

/** What is known of a file that is being opened, and what may be done for it. */
export interface FileOpening {
  readonly identity: string
  readonly md5: string | undefined
  readonly maxBytes: number
  /** The folder for downloads. */
  readonly scratch: string
  /** Asks for the file with these headers. */
  readonly fetch: (headers: Record<string, string>) => Promise<Answer>
  /** Reads the rest of a file by ranges. */
  readonly byRanges: (file: PinnedFile) => ByteSource
}

/** Asked for at first: enough for the headers of most files, and for small files as a whole. */
const HEAD_BYTES = 64 * 1024

/**
 * Opens a file: by ranges where the store tells versions apart, else by downloading it.
 *
 * What has a known MD5 is only read by ranges where the store's own ETag is that MD5; else it is downloaded, and checked.
 */
export async function openFile(opening: FileOpening): Promise<ByteSource> {
  const answer = await opening.fetch({ range: `bytes=0-${HEAD_BYTES - 1}` })
  try {
    if (answer.status === 200) return await download(answer, opening)
    const source = await openHead(answer, opening)
    if (source !== undefined) return source
  } finally {
    answer.discard()
  }
  return download(await opening.fetch({}), opening)
}

/** A source from the first part of a file; undefined where the whole is needed. */
async function openHead(answer: Answer, opening: FileOpening): Promise<ByteSource | undefined> {
  const range = answer.status === 206 ? contentRange(answer) : undefined
  if (range === undefined || range.first !== 0) return undefined
  checkEncoding(answer)
  const { identity, md5 } = opening
  const length = range.last + 1
  if (range.total === length) return readWhole(answer, length, opening)
  const etag = strongEtag(answer)
  if (etag === undefined || (md5 !== undefined && md5OfEtag(etag) !== md5)) return undefined
  return opening.byRanges({ identity, etag, size: range.total, head: await readPart(answer, length) })
}

async function readWhole(answer: Answer, length: number, opening: FileOpening): Promise<ByteSource> {
  if (length > opening.maxBytes) throw tooLarge(answer.facts, opening.maxBytes, length)
  const bytes = await readPart(answer, length)
  checkMd5(createHash('md5').update(bytes).digest('hex'), opening, answer.facts)
  return bytesSource(bytes, opening.identity)
}

async function download(answer: Answer, opening: FileOpening): Promise<ByteSource> {
  const file = await TemporaryFile.create(opening.scratch).catch((error) => {
    answer.discard()
    throw error
  })
  try {
    checkEncoding(answer)
    await receive(answer, file, opening)
    return file.toSource(opening.identity)
  } catch (error) {
    await file.close()
    throw error
  } finally {
    answer.discard()
  }
}

async function receive(answer: Answer, file: TemporaryFile, opening: FileOpening): Promise<void> {
  const { maxBytes } = opening
  const { length } = answer
  if (length !== undefined && length > maxBytes) throw tooLarge(answer.facts, maxBytes, length)
  const hash = createHash('md5')
  for await (const chunk of answer.chunks()) {
    if (file.size + chunk.length > maxBytes) throw tooLarge(answer.facts, maxBytes)
    hash.update(chunk)
    await file.append(chunk)
  }
  checkMd5(hash.digest('hex'), opening, answer.facts)
}

function checkMd5(actual: string, { md5 }: FileOpening, facts: RequestFacts): void {
  if (md5 !== undefined && md5 !== actual) throw corrupt(facts, md5, actual)
}

/** What `fetch` decompresses by itself has lost its length and its checksum. */
function checkEncoding(answer: Answer): void {
  const encoding = answer.header('content-encoding')
  if (encoding !== null && encoding !== 'identity')
    throw unusable(answer.facts, `${answer.facts.host} sends it in a compression that was not asked for`)
}
