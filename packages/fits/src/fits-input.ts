import type { FileHandle } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ByteSource } from './byte-source.js'
import { checkedSource } from './checked-source.js'
import { wrongArgument } from './errors.js'
import { fileSource, handleSource } from './file-source.js'
import type { FitsSourceParts } from './fits-source.js'
import { type BlobLike, blobSource, memorySource } from './memory-source.js'
import { showValue } from './show-value.js'

/**
 * What a FITS file can be read from: a path, or a `file:` URL; an open file; a Blob; the bytes themselves; or a `ByteSource`.
 *
 * They are told by what they have, not by their class: a Blob of a browser's window or of another realm is one.
 */
export type FitsInput = string | URL | FileHandle | BlobLike | Uint8Array | ArrayBuffer | ByteSource

/** What a call of the system is worth in bytes of a file on this machine; a request to a server is worth more, a copy in memory less. */
const LOCAL_GAP = 64 * 1024
const FAR_GAP = 512 * 1024
const MEMORY_GAP = 1024

/**
 * The bytes of what is to be read.
 *
 * @throws FITS_ARGUMENT when it is nothing that can be read.
 */
export async function sourceOfInput(input: FitsInput): Promise<FitsSourceParts> {
  if (typeof input === 'string' || input instanceof URL) return sourceOfPath(input)
  if (ArrayBuffer.isView(input)) {
    return fromMemory(new Uint8Array(input.buffer, input.byteOffset, input.byteLength))
  }
  if (Object.prototype.toString.call(input) === '[object ArrayBuffer]')
    return fromMemory(new Uint8Array(input as ArrayBuffer))
  if (isHandle(input)) return { ...THE_FILE, source: await handleSource(input), gap: LOCAL_GAP }
  if (isByteSource(input)) {
    return {
      // Whoever hands it in knows what it is of; where a host keeps it is nothing for who reads the message.
      ...THE_FILE,
      source: checkedSource(input),
      gap: input.path === undefined ? FAR_GAP : LOCAL_GAP,
    }
  }
  if (isBlob(input)) return { ...THE_FILE, ...named(nameOf(input)), source: blobSource(input), gap: LOCAL_GAP }
  throw wrongArgument(`${showValue(input)} cannot be read; ${adviceFor(input)}`)
}

const THE_FILE = { name: 'the file', isOwned: false }

function named(name: string | undefined): { name?: string } {
  return name ? { name } : {}
}

async function sourceOfPath(input: string | URL): Promise<FitsSourceParts> {
  const path = pathOf(input)
  return { source: await fileSource(path), name: path, isOwned: true, gap: LOCAL_GAP }
}

function pathOf(input: string | URL): string {
  if (input === '') throw wrongArgument('the path is empty; give that of a FITS file')
  const url = typeof input === 'string' ? /^[a-z][a-z\d+.-]+:\/\//i.exec(input)?.[0] : `${input.protocol}//`
  if (url === undefined) {
    if (!input.toString().includes('\0')) return input.toString()
    throw wrongArgument('the path has a NUL character in it; give that of a FITS file')
  }
  if (url.toLowerCase() === 'file://') return pathOfFileUrl(input)
  throw wrongArgument(
    `${showValue(String(input))} is not read by its address; give await (await fetch(url)).blob(), or a ByteSource`,
  )
}

function pathOfFileUrl(url: string | URL): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw wrongArgument(`${showValue(String(url))} names no file on this machine (${(error as Error).message})`)
  }
}

function fromMemory(bytes: Uint8Array): FitsSourceParts {
  return { ...THE_FILE, source: memorySource(bytes), gap: MEMORY_GAP }
}

function isHandle(input: unknown): input is FileHandle {
  return has(input, 'fd', 'number') && has(input, 'stat', 'function') && has(input, 'read', 'function')
}

function isByteSource(input: unknown): input is ByteSource {
  return has(input, 'read', 'function') && has(input, 'size', 'number')
}

function isBlob(input: unknown): input is BlobLike {
  return has(input, 'size', 'number') && has(input, 'slice', 'function') && has(input, 'arrayBuffer', 'function')
}

/** A File is a Blob that has one. */
function nameOf(blob: BlobLike & { readonly name?: unknown }): string | undefined {
  return typeof blob.name === 'string' ? blob.name : undefined
}

function has(input: unknown, name: string, type: 'number' | 'function'): boolean {
  return typeof input === 'object' && input !== null && typeof (input as Record<string, unknown>)[name] === type
}

function adviceFor(input: unknown): string {
  if (has(input, 'arrayBuffer', 'function')) return 'of what fetch gives, give await response.blob()'
  if (typeof input === 'number') return 'give a FileHandle as node:fs/promises opens it'
  if (has(input, 'pipe', 'function') || has(input, 'getReader', 'function')) {
    return 'a stream has no bytes to go back to: collect them first, or give the path'
  }
  return 'give a path, a FileHandle, a Blob, a Uint8Array, or a ByteSource'
}
