import type { ByteSource } from './byte-source.js'

/** What is used of a Blob, or a File: Node's, a browser's, or another's. */
export interface BlobLike {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * Bytes in memory as a `ByteSource`.
 *
 * The bytes are used where they are, and must not change while the source is in use; `close` releases nothing.
 */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    identity: `memory:${bytes.length}`,
    async read(offset, into) {
      const part = bytes.subarray(offset, offset + into.length)
      into.set(part)
      return part.length
    },
    async close() {},
  }
}

/** A Blob, or a File, as a `ByteSource`; of one that stands for a file on disk only what is read is loaded. */
export function blobSource(blob: BlobLike): ByteSource {
  return {
    size: blob.size,
    identity: `blob:${blob.size}`,
    async read(offset, into) {
      const part = new Uint8Array(await blob.slice(offset, offset + into.length).arrayBuffer())
      into.set(part)
      return part.length
    },
    async close() {},
  }
}
