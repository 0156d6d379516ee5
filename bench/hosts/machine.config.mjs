import { join } from 'node:path'
import { defineDataLab, FileStorage } from '@datalab/core'
import { SqliteRecordStore } from '@datalab/local'
import { NoOp } from './no-op.mjs'
import { Slow } from './slow.mjs'
import { Telling } from './telling.mjs'

/** One of several processes of a machine, hosts and their children: what they share lies in the folder that the environment names. */
export default defineDataLab(() => {
  const folder = process.env.DATALAB_BENCH_FOLDER
  if (folder === undefined) throw new Error('Set DATALAB_BENCH_FOLDER to the folder of this host.')
  return {
    operations: [NoOp, Slow, Telling],
    storage: new FileStorage(join(folder, 'results')),
    records: new SqliteRecordStore({ path: join(folder, 'records.sqlite') }),
    scratch: join(folder, 'scratch'),
  }
})
