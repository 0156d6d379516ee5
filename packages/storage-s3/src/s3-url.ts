import { S3Storage } from './s3-storage.js'
import type { S3StorageOptions } from './s3-storage-options.js'

/**
 * A storage by its address, `s3://bucket` or `s3://bucket/prefix`. Everything else comes from the options or the environment.
 *
 * @throws TypeError when it is no such address.
 * @example const storage = s3Storage('s3://results/night1', { region: 'eu-west-1' })
 */
export function s3Storage(url: string, options: Omit<S3StorageOptions, 'bucket' | 'prefix'> = {}): S3Storage {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/?#@:]+)(?:\/([^?#]*))?$/i.exec(url) ?? []
  // Not quoted: people write credentials into addresses.
  if (bucket === undefined) throw new TypeError('This is no address of a bucket; give one such as s3://bucket/prefix.')
  return new S3Storage({ ...options, bucket, prefix })
}
