import { expect, test } from 'vitest'
import * as executorBullmq from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(executorBullmq).sort()).toEqual(['BullMQExecutor', 'RedisRecordStore', 'startWorker'])
})
