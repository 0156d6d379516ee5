import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { Wait } from './deadline.js'

/**
 * Settings of an {@link S3Storage}. What is not said here is what the AWS SDK finds in the environment: credentials, `AWS_REGION`,
 * `AWS_ENDPOINT_URL_S3`, profiles.
 */
export interface S3StorageOptions {
  /** The bucket's name, or the ARN of an access point. It must be there already. */
  bucket: string
  /** What the names of all objects begin with, as a folder: `night1/results`. At most 124 bytes with the slash that follows it. */
  prefix?: string
  /**
   * The client to use. It is not changed, and not destroyed. Its connections and credentials count; its retries do not, since this storage
   * has its own.
   */
  client?: S3Client
  /** `us-east-1` where the SDK finds none and an endpoint is given. */
  region?: string
  /** The address of another server than Amazon's, such as `https://s3.example.org`. */
  endpoint?: string
  /** Whether the bucket is in the path of addresses, not in their host; true by default where an endpoint is given. */
  pathStyle?: boolean
  credentials?: NonNullable<S3ClientConfig['credentials']>
  /** For how many seconds URLs are good: 1 to 604800 (7 days), 86400 by default. Temporary credentials may end before. */
  urlLife?: number
  /** Bytes of a part of an upload: 5 MiB to 1 GiB, 5 MiB by default. A body that fits one goes up with one request. */
  partSize?: number
  /** How many parts of one upload are on their way at once: 1 to 100, 2 by default. One more is in memory. */
  partsAtOnce?: number
  /** How often to try again what failed and may succeed: network failures, 5xx, 429, bytes damaged on the way; 5 by default. */
  retries?: number
  /** How long making a connection may take; 5 s by default. Not for a client that is handed in. */
  connectTimeoutMs?: number
  /** For how long nothing may come or go; 30 s by default. For a client that is handed in, of answers' bodies only. */
  idleTimeoutMs?: number
  /** How long one request may take in all; 10 min by default. */
  requestTimeoutMs?: number
  /**
   * The folder for bodies of unknown length that are put conditionally, on servers that check no conditions when parts are put together; the
   * system's temporary folder by default. They leave no files behind.
   */
  scratch?: string
  /** Instead of a timer, in tests. */
  wait?: Wait
  /** Instead of `Math.random`, in tests. */
  random?: () => number
}
