// The program of a thread of the pool: combines one band after the other. It is bundled to a string, and its modules come compiled.
import { parentPort, workerData } from 'node:worker_threads'
import type { BandJob, BandReply } from './combine/band-job.js'
import { bandArrays } from './combine/band-memory.js'
import { combineBand } from './combine/combine-band.js'
import { loadKernels, referenceKernels } from './load-kernels.js'
import { type ModuleName, useModules } from './simd/compiled-module.js'

const { modules } = workerData as { modules: ReadonlyMap<ModuleName, WebAssembly.Module> }
useModules(modules)
const kernels = modules.size > 0 ? loadKernels({ arenaBytes: 0 }) : referenceKernels({ arenaBytes: 0 })

parentPort?.on('message', ({ buffer, layout, options }: BandJob) => {
  let error: string | undefined
  try {
    const { planes, into } = bandArrays(buffer, layout)
    combineBand(kernels, planes, into, options)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown)
  }
  parentPort?.postMessage({ error } satisfies BandReply)
})
