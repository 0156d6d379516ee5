import { join } from 'node:path'
import { defineDataLab, FileStorage } from '@datalab/core'
import { Behave, BehaveWithinMemory, BehaveWithinTime } from './process-operations.js'

/** The set-up module of the hosts that these tests start, which their children open. */
export default defineDataLab(() => {
  const folder = process.env.DATALAB_TEST_FOLDER ?? ''
  return {
    operations: [Behave, BehaveWithinMemory, BehaveWithinTime],
    storage: new FileStorage(join(folder, 'results')),
    scratch: join(folder, 'scratch'),
  }
})
