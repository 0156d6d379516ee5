import { defineDataLab, LocalSource } from '@datalab/core'
import { BullMQExecutor, RedisRecordStore } from '@datalab/executor-bullmq'
import { images } from '@datalab/fits/images'
import { IncreaseBrightness } from '@datalab/op-increase-brightness'
import { s3Storage } from '@datalab/storage-s3'

const { COSTS_DATA = '', COSTS_REDIS = '', COSTS_STORAGE = '' } = process.env
const fleet = { redis: COSTS_REDIS, shared: ['source local'] }

// What the host, the worker and its child processes share.
export default defineDataLab(() => ({
  operations: [IncreaseBrightness],
  services: [images()],
  sources: [new LocalSource({ roots: { data: COSTS_DATA } })],
  storage: s3Storage(COSTS_STORAGE),
  records: new RedisRecordStore(fleet),
  executor: new BullMQExecutor(fleet),
}))
