import { join } from 'node:path'
import { defineDataLab, FileStorage, type ObjectStorage } from '@datalab/core'
import { S3Storage } from '@datalab/storage-s3'
import { BullMQExecutor, RedisRecordStore } from '../src/index.js'
import { Behave, Rare, sharedFolder } from './fleet-operations.js'

function storage(): ObjectStorage {
  const { DATALAB_FLEET_BUCKET: bucket, DATALAB_FLEET_PREFIX: prefix = '', DATALAB_FLEET_S3: endpoint } = process.env
  if (bucket === undefined || endpoint === undefined) return new FileStorage(join(sharedFolder(), 'results'))
  return new S3Storage({ bucket, prefix, endpoint, region: 'us-east-1' })
}

/** The set-up module of the hosts, workers and children of a test. */
export default defineDataLab(() => {
  const fleet = {
    redis: process.env.DATALAB_FLEET_REDIS ?? 'redis://127.0.0.1:1',
    prefix: process.env.DATALAB_FLEET_PREFIX ?? 'test',
  }
  return {
    operations: [Behave, Rare],
    storage: storage(),
    scratch: join(sharedFolder(), 'scratch'),
    records: new RedisRecordStore(fleet),
    executor: new BullMQExecutor({ ...fleet, shared: ['storage'] }),
    retry: { minDelayMs: 50 },
  }
})
