import { join } from 'node:path'
import { defineDataLab, FileStorage } from '@datalab/core'
import { BullMQExecutor, RedisRecordStore } from '@datalab/executor-bullmq'
import { NoOp } from './no-op.mjs'
import { Slow } from './slow.mjs'

/** One of the processes of a fleet, hosts, workers and their children: the environment names the Redis and the folder that they share. */
export default defineDataLab(() => {
  const { DATALAB_BENCH_FOLDER: folder, DATALAB_BENCH_REDIS: redis } = process.env
  if (folder === undefined || redis === undefined) throw new Error('Set DATALAB_BENCH_FOLDER and DATALAB_BENCH_REDIS.')
  return {
    operations: [NoOp, Slow],
    storage: new FileStorage(join(folder, 'results')),
    scratch: join(folder, 'scratch'),
    records: new RedisRecordStore({ redis }),
    executor: new BullMQExecutor({ redis, shared: ['storage'] }),
  }
})
