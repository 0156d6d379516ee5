import { join, resolve } from 'node:path'
import { defineDataLab, FileStorage, LocalSource } from '@datalab/core'
import { BullMQExecutor, RedisRecordStore } from '@datalab/executor-bullmq'
import { images } from '@datalab/fits/images'
import { ProcessExecutor, SqliteRecordStore } from '@datalab/local'
import { ColorImage } from '@datalab/op-color-image'
import { IncreaseBrightness } from '@datalab/op-increase-brightness'
import { Median } from '@datalab/op-median'
import { Normalization } from '@datalab/op-normalize'
import { PixelMath } from '@datalab/op-pixel-math'
import { Stacking } from '@datalab/op-stack'
import { Subtraction } from '@datalab/op-subtract'
import { s3Storage } from '@datalab/storage-s3'

// DATALAB_STORAGE=s3://bucket/prefix or a folder puts the results there; AWS_ENDPOINT_URL_S3 names a server other than Amazon's.
// DATALAB_REDIS=redis://host has the runs done by workers: `datalab worker --config datalab.config.mjs`, as many as you like.
const { DATALAB_DATA = 'data', DATALAB_FOLDER = 'datalab', DATALAB_REDIS, DATALAB_STORAGE } = process.env
const objects = DATALAB_STORAGE || join(DATALAB_FOLDER, 'objects')
const fleet = { redis: DATALAB_REDIS, shared: ['storage', 'source local'] } // every machine has these folders at the same path

// The SDK's word to developers about versions of Node is none to whoever reads this service's log.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

// Of an error that was foreseen, what it says, or the one below it that says more; of any other, where it comes from.
const tell = ({ err, ...facts }, message) => {
  const { code, message: text, stack } = (err?.code === 'DATALAB_RECORDS_UNAVAILABLE' ? err.cause : err) ?? {}
  console.error(`${message}.`, (code === 'DATALAB_INTERNAL' ? stack : text) ?? '', facts)
}

export default defineDataLab(() => ({
  operations: [ColorImage, IncreaseBrightness, Median, Normalization, PixelMath, Subtraction, Stacking],
  services: [images()],
  sources: [new LocalSource({ roots: { data: DATALAB_DATA } })],
  storage: DATALAB_STORAGE?.includes('://') ? s3Storage(DATALAB_STORAGE) : new FileStorage(resolve(objects)),
  records: DATALAB_REDIS
    ? new RedisRecordStore(fleet)
    : new SqliteRecordStore({ path: join(DATALAB_FOLDER, 'records.sqlite') }),
  executor: DATALAB_REDIS ? new BullMQExecutor(fleet) : new ProcessExecutor({ setup: import.meta.url }),
  log: { debug() {}, info() {}, warn: tell, error: tell },
}))
