// One process of the FITS fuzz: node reader.mjs SEED. Its parent sends it the first number of a batch and how many; it answers what it found.
import { corpus } from './corpus.mjs'
import { damaged } from './damage.mjs'
import { Random } from './random.mjs'
import { readAll } from './read-all.mjs'

/** What a reader may take of one file. */
const CPU_SECONDS = 1
const MEMORY_KIB = 256 * 1024

const seed = Number(process.argv[2])
const files = corpus()
const outcomes = {}

async function runCase(number) {
  const random = new Random(seed, number)
  const { name, bytes } = damaged(files, random)
  const before = { cpu: process.cpuUsage(), memory: process.resourceUsage().maxRSS }
  const { surprises, outcome } = await readAll(bytes, random)
  const { user, system } = process.cpuUsage(before.cpu)
  const faults = surprises.map((error) => String(error?.stack ?? error).slice(0, 1500))
  if ((user + system) / 1e6 > CPU_SECONDS) faults.push(`took ${((user + system) / 1e6).toFixed(1)} s`)
  const grown = process.resourceUsage().maxRSS - before.memory
  if (grown > MEMORY_KIB) faults.push(`took ${Math.round(grown / 1024)} MiB`)
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  return faults.map((fault) => ({ number, name, fault }))
}

process.on('message', async ({ first, count }) => {
  const found = []
  for (let number = first; number < first + count; number++) {
    process.send({ at: number })
    found.push(...(await runCase(number)))
  }
  process.send({ found, outcomes: { ...outcomes }, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) })
  for (const key of Object.keys(outcomes)) delete outcomes[key]
})
process.on('disconnect', () => process.exit(0))
process.send({ files: files.length })
