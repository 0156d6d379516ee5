import { setTimeout } from 'node:timers/promises'
import { BaseDataOperation } from '@datalab/core'
import { NoOp } from './no-op.mjs'

/** Long enough for whoever watches to wait for the message by then. */
const BEFORE_MS = 10
/** Long enough for each watcher to see the message by itself, and not only what followed. */
const AFTER_MS = 100

/** An operation that tells when it told something, and when it ended: nanoseconds of the clock that all processes of a machine share. */
export class Telling extends BaseDataOperation {
  static info = { ...NoOp.info, id: '@bench/telling', name: 'Telling' }

  async operate() {
    await setTimeout(BEFORE_MS)
    this.setMessage(String(process.hrtime.bigint()))
    await setTimeout(AFTER_MS)
    return { output_data: [{ ended: String(process.hrtime.bigint()) }] }
  }
}
