import { startWorker } from '../src/index.js'

// A worker in a process of its own: says 'ready', and closes when it is told to.

const [setup = '', entry = '', concurrency = '1', graceMs = '0'] = process.argv.slice(2)
const worker = await startWorker({ setup, entry: new URL(entry), concurrency: Number(concurrency) })
process.on('disconnect', () => process.exit())
process.on('message', () => void worker.close({ graceMs: Number(graceMs) }).then(() => process.disconnect()))
process.send?.('ready')
