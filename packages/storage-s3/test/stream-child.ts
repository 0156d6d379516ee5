import { S3Storage } from '../src/index.js'

const MIB = 2 ** 20
const SIZE = 100 * MIB

/** What the child has to know, as its argument in JSON. */
export interface StreamTask {
  bucket: string
  prefix: string
  endpoint: string
}

/** How much memory each way took beyond that of the start, in MiB, and whether the bytes came back. */
export interface StreamReport {
  up: number
  down: number
  isEqual: boolean
}

const task = JSON.parse(process.argv[2] ?? '') as StreamTask
const storage = new S3Storage({ ...task, region: 'us-east-1' })

async function* body() {
  const piece = new Uint8Array(MIB)
  for (let i = 0; i < SIZE / MIB; i++) yield piece.fill(i)
}

async function readBack(): Promise<boolean> {
  const source = await storage.open('large')
  if (source?.size !== SIZE) return false
  const piece = new Uint8Array(MIB)
  let isEqual = true
  for (let i = 0; i < SIZE / MIB; i++) {
    await source.read(i * MIB, piece)
    isEqual &&= piece.every((value) => value === i)
  }
  await source.close()
  return isEqual
}

/** The most that is resident while work is done, beyond `start`. */
async function growth(start: number, work: () => Promise<unknown>): Promise<number> {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 2)
  await work()
  clearInterval(timer)
  return (Math.max(most, process.memoryUsage.rss()) - start) / MIB
}

// The SDK is loaded by the first request.
await storage.head('large')
const start = process.memoryUsage.rss()
const report: StreamReport = { up: 0, down: 0, isEqual: false }
report.up = await growth(start, () => storage.put('large', body()))
report.down = await growth(start, async () => {
  report.isEqual = await readBack()
})
await storage.delete('large')
await storage.close()
console.log(JSON.stringify(report))
