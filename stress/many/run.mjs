// One operation on many frames, in a process of its own: prints how it went as JSON. What to do is its argument.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createDataLab, FileStorage, LocalSource } from '@datalab/core'
import { images } from '@datalab/fits/images'
import { IncreaseBrightness } from '@datalab/op-increase-brightness'
import { Median } from '@datalab/op-median'
import { Stacking } from '@datalab/op-stack'
import { nameOf } from './many.mjs'

const { operation, inputs, frames, count, folder } = JSON.parse(process.argv[2])
const lab = createDataLab({
  operations: [IncreaseBrightness, Median, Stacking],
  services: [images()],
  sources: [new LocalSource({ roots: { frames } })],
  storage: new FileStorage(join(folder, 'results')),
  scratch: join(folder, 'scratch'),
  log: { debug() {}, info() {}, warn: console.error, error: console.error },
})
const before = openFiles()
let files = 0
const watch = setInterval(() => {
  files = Math.max(files, openFiles() - before)
}, 20)
const input_files = Array.from({ length: count }, (_, number) => ({
  source: 'local',
  root: 'frames',
  basename: nameOf(number),
}))
const start = performance.now()
const job = await lab.submit(operation, { input_files, ...inputs })
const { output_files } = await job.result()
const seconds = (performance.now() - start) / 1000
clearInterval(watch)
await lab.close()
const megabytes = process.resourceUsage().maxRSS / 1024
console.log(
  JSON.stringify({
    seconds: Number(seconds.toFixed(1)),
    peakMegabytes: Math.round(megabytes),
    peakFiles: files,
    outputs: output_files.length,
  }),
)

function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
