// The program of a thread of the pool: combines, or codes, one band after the other. It is bundled to a string, and its modules come compiled.
import { parentPort, workerData } from 'node:worker_threads'
import type { BandJob, BandReply, SessionNews } from './combine/band-job.js'
import { resultArray } from './combine/band-memory.js'
import { BandWork } from './combine/band-work.js'
import { StoredBands, type StoredSetup } from './combine/stored-bands.js'
import { loadKernels, referenceKernels } from './load-kernels.js'
import { type ModuleName, useModules } from './simd/compiled-module.js'

const { modules } = workerData as { modules: ReadonlyMap<ModuleName, WebAssembly.Module> }
useModules(modules)
const work = new BandWork(modules.size > 0 ? loadKernels({ arenaBytes: 0 }) : referenceKernels({ arenaBytes: 0 }))
const sessions = new Map<number, { readonly setup: StoredSetup; readonly bands: StoredBands }>()

function done(job: BandJob): boolean {
  if (job.kind === 'stored') {
    const { setup, bands } = sessions.get(job.session)!
    return bands.isCombined(job.rows, resultArray(job.buffer, setup, job.rows))
  }
  work.do(job)
  return true
}

function replyTo(job: BandJob): BandReply {
  try {
    return { isDone: done(job) }
  } catch (error) {
    return { isDone: false, error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (message: BandJob | SessionNews) => {
  if (message.kind === 'begin')
    sessions.set(message.session, { setup: message.setup, bands: new StoredBands(message.setup) })
  else if (message.kind === 'end') sessions.delete(message.session)
  else parentPort?.postMessage(replyTo(message))
})
