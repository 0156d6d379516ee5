import { BLOCK_LENGTH } from './header.js'

/** The zero bytes that fill up the last block behind so many bytes of data. */
export function encodePadding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK_LENGTH - (bytes % BLOCK_LENGTH)) % BLOCK_LENGTH)
}
