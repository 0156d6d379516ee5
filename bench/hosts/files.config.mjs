import { join } from 'node:path'
import { defineDataLab, FileStorage } from '@datalab/core'
import { NoOp } from './no-op.mjs'
import { Telling } from './telling.mjs'

/** A host that child processes can open: what it keeps lies in the folder that the environment names. */
export default defineDataLab(() => {
  const folder = process.env.DATALAB_BENCH_FOLDER
  if (folder === undefined) throw new Error('Set DATALAB_BENCH_FOLDER to the folder of this host.')
  return {
    operations: [NoOp, Telling],
    storage: new FileStorage(join(folder, 'results')),
    scratch: join(folder, 'scratch'),
  }
})
