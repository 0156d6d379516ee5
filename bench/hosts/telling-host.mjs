// A host of a machine, as a program of its own: runs a job of Telling for each number that its parent sends. Ends with its parent.
import { openDataLab } from '@datalab/core'
import { Telling } from './telling.mjs'

process.on('disconnect', () => process.exit())
const lab = await openDataLab(new URL('machine.config.mjs', import.meta.url).href)
process.on('message', (number) => lab.submit(Telling, { number }))
