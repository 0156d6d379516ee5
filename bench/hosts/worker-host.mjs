// A worker of a fleet, as a program of its own: node worker-host.mjs PLACES. Tells its parent when it is ready; ends with it.
import { startWorker } from '@datalab/executor-bullmq'

process.on('disconnect', () => process.exit())
await startWorker({ setup: new URL('fleet.config.mjs', import.meta.url).href, concurrency: Number(process.argv[2]) })
process.send({ kind: 'ready' })
