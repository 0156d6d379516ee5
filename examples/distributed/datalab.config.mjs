import { defineDataLab, FileStorage, LocalSource } from '@datalab/core'
import { BullMQExecutor, RedisRecordStore } from '@datalab/executor-bullmq'
import { images } from '@datalab/fits/images'
import { IncreaseBrightness } from '@datalab/op-increase-brightness'
import { Median } from '@datalab/op-median'
import { Stacking } from '@datalab/op-stack'
import { Subtraction } from '@datalab/op-subtract'
import { s3Storage } from '@datalab/storage-s3'

// What the host, the workers and their child processes share.
const { DATALAB_DATA = '', DATALAB_REDIS = '', DATALAB_STORAGE = '' } = process.env
const fleet = { redis: DATALAB_REDIS, shared: ['storage', 'source local'] } // folders: all of the fleet is on this machine

// The SDK's word to developers about versions of Node is none to whoever reads what is printed.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

export default defineDataLab(() => ({
  operations: [IncreaseBrightness, Median, Stacking, Subtraction],
  services: [images()],
  sources: [new LocalSource({ roots: { night: DATALAB_DATA } })],
  storage: DATALAB_STORAGE.startsWith('s3:') ? s3Storage(DATALAB_STORAGE) : new FileStorage(DATALAB_STORAGE),
  records: new RedisRecordStore(fleet),
  executor: new BullMQExecutor(fleet),
  log: { debug() {}, info() {}, warn: console.error, error: console.error },
}))
