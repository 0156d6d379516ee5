import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'

/** Where a real S3 server is; without one, tests are done with results in files alone. */
const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT

if (endpoint === undefined)
  console.error(
    '\n*** SKIPPED: fleets with results on S3. See packages/storage-s3/README.md, "Tests", for how to start a server.\n',
  )

/** Where the results of a fleet lie. */
export interface ResultPlace {
  readonly name: string
  /** The address of a bucket; none for files. */
  readonly bucket?: string
}

/** All that there are: files, and a bucket for the tests of one file, made before them and gone after them. */
export function resultPlaces(): ResultPlace[] {
  return endpoint === undefined ? [{ name: 'files' }] : [{ name: 'files' }, useBucket(endpoint)]
}

/** A bucket where there is an S3 server, else files. */
export function bestPlace(): ResultPlace {
  return endpoint === undefined ? { name: 'files' } : useBucket(endpoint)
}

function useBucket(server: string): ResultPlace {
  const Bucket = `fleet-${randomUUID()}`
  beforeAll(() =>
    withClient(server, async (client, { CreateBucketCommand }) => {
      await client.send(new CreateBucketCommand({ Bucket }))
    }),
  )
  afterAll(() => withClient(server, (client, sdk) => removeBucket(client, sdk, Bucket)))
  return { name: 'a bucket', bucket: Bucket }
}

type Sdk = typeof import('@aws-sdk/client-s3')
type Client = InstanceType<Sdk['S3Client']>

async function withClient(server: string, work: (client: Client, sdk: Sdk) => Promise<void>): Promise<void> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client({ endpoint: server, region: 'us-east-1', forcePathStyle: true })
  try {
    await work(client, sdk)
  } finally {
    client.destroy()
  }
}

async function removeBucket(client: Client, sdk: Sdk, Bucket: string): Promise<void> {
  const { DeleteBucketCommand, DeleteObjectsCommand, ListObjectsV2Command } = sdk
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
    if (Contents.length === 0) break
    const Objects = Contents.map(({ Key = '' }) => ({ Key }))
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
  }
  await client.send(new DeleteBucketCommand({ Bucket }))
}
