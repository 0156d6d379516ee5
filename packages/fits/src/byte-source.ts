/**
 * Bytes that can be read by range: an opened input file, a stored object, a cached download.
 *
 * It is the `ByteSource` of `@datalab/core`, which this codec can do without. Whoever opened it closes it. A source never changes while it is open: one whose bytes did change fails its reads.
 */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number
  /** Tells two versions of the same thing apart (an ETag, or inode, size and modification time). */
  readonly identity: string
  /** A file that holds exactly these bytes, where there is one: for libraries that can only read paths. */
  readonly path?: string
  /**
   * Fills `into` with the bytes from `offset` on, and resolves to how many were read: fewer than `into.length` only at the end
   * of the source. The caller owns `into`, and must not touch it until the promise is settled.
   */
  read(offset: number, into: Uint8Array): Promise<number>
  /** Releases the source; reading after it fails. Closing twice is harmless. */
  close(): Promise<void>
}
