import { join } from 'node:path'
import { defineDataLab, FileStorage } from '@datalab/core'
import { BullMQExecutor, RedisRecordStore } from '../src/index.js'
import { Behave, Rare, sharedFolder } from './fleet-operations.js'

/** The set-up module of the hosts, workers and children of a test. */
export default defineDataLab(() => {
  const fleet = {
    redis: process.env.DATALAB_FLEET_REDIS ?? 'redis://127.0.0.1:1',
    prefix: process.env.DATALAB_FLEET_PREFIX ?? 'test',
  }
  return {
    operations: [Behave, Rare],
    storage: new FileStorage(join(sharedFolder(), 'results')),
    scratch: join(sharedFolder(), 'scratch'),
    records: new RedisRecordStore(fleet),
    executor: new BullMQExecutor({ ...fleet, shared: ['storage'] }),
    retry: { minDelayMs: 50 },
  }
})
