import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, vi } from 'vitest'
import { S3Storage, type S3StorageOptions } from '../src/index.js'

/** Where a real S3 server is; without one, tests that need it are skipped. */
export const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT

export const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
}

if (endpoint === undefined)
  console.error(
    '\n*** SKIPPED: the tests of @datalab/storage-s3 that need an S3 server. Start one (packages/storage-s3/README.md, "Tests"), and set\n*** DATALAB_TEST_S3_ENDPOINT=http://127.0.0.1:17480 AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=secretsecret\n',
  )

// The server does more than the tests, and a machine may do other work besides.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A bucket for the tests of one file, made before them and gone after them. */
export class TestBucket {
  readonly name = `test-${randomUUID()}`
  readonly client = new S3Client({
    region: 'us-east-1',
    endpoint: endpoint ?? 'http://127.0.0.1:9',
    forcePathStyle: true,
    credentials,
  })

  static use(): TestBucket {
    const bucket = new TestBucket()
    if (endpoint === undefined) return bucket
    beforeAll(() => bucket.client.send(new CreateBucketCommand({ Bucket: bucket.name })))
    afterAll(() => bucket.#remove())
    return bucket
  }

  /** A storage in this bucket; its own client goes through `at`, where that is given. */
  storage(options: Partial<S3StorageOptions> = {}): S3Storage {
    const address = options.client === undefined ? { endpoint: endpoint ?? '', region: 'us-east-1', credentials } : {}
    return new S3Storage({ bucket: this.name, ...address, ...options })
  }

  /** All names in the bucket that begin so. */
  async names(prefix = ''): Promise<string[]> {
    const names: string[] = []
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
      )
      names.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
      token = page.NextContinuationToken
    }
    return names
  }

  /** The names of uploads that were begun and not ended. */
  async uploads(prefix: string): Promise<string[]> {
    const { Uploads = [] } = await this.client.send(
      new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: prefix }),
    )
    return Uploads.map(({ Key = '' }) => Key)
  }

  /** What is in the bucket beside objects of a storage at this prefix, when it had time to go: unfinished uploads, and names that are no keys. */
  async leftovers(prefix: string): Promise<string[]> {
    for (let left = 100; ; left--) {
      const strays = (await this.names(prefix)).filter((name) => name.startsWith(`${prefix}.`))
      const found = [...strays, ...(await this.uploads(prefix))]
      if (found.length === 0 || left === 0) return found
      await setTimeout(100)
    }
  }

  async clear(prefix = ''): Promise<void> {
    const names = await this.names(prefix)
    for (let start = 0; start < names.length; start += 1000) {
      const Objects = names.slice(start, start + 1000).map((Key) => ({ Key }))
      await this.client.send(new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } }))
    }
  }

  async #remove(): Promise<void> {
    await this.clear()
    await this.client.send(new DeleteBucketCommand({ Bucket: this.name }))
    this.client.destroy()
  }
}
