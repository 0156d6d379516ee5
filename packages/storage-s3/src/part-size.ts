/** S3 takes so many parts. */
export const MOST_PARTS = 10_000
/** What S3 takes as one object, and as one part or with one request. */
export const MOST_OBJECT_BYTES = 5 * 2 ** 40
export const MOST_PUT_BYTES = 5 * 2 ** 30

/** After so many parts they double: from 5 MiB on, all of them come to more than the 5 TiB that an object may have. */
const STEP = 900
/** What Node can have in one piece. */
const LARGEST_PART = 4 * 2 ** 30 - 1

/**
 * Bytes of a part. All have the same size, as some servers want it, for the first gigabytes; later ones are larger, since nobody knows how long a body
 * goes on.
 *
 * @param number from 1
 * @param first bytes of the first part
 */
export function partSize(number: number, first: number): number {
  return Math.min(first * 2 ** Math.floor((number - 1) / STEP), LARGEST_PART)
}
