import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../stress/stress.mjs', import.meta.url))
const ROUNDS = 20
const SEED = Number(process.env.DATALAB_TEST_SEED ?? 1)

interface Answer {
  readonly code: unknown
  readonly result: string
  /** What is told of each round, and of what was wrong in it. */
  readonly told: string
}

function stress(...words: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { maxBuffer: 1e8 }, (error, result, told) =>
      resolve({ code: error?.code ?? 0, result, told }),
    )
  })
}

/** Hosts that share a folder are killed and stopped at random, as `stress/stress.mjs` says. */
test.runIf(process.platform === 'linux')('crashes leave nothing wrong', { timeout: 600_000 }, async () => {
  const { code, result, told } = await stress(String(ROUNDS), String(SEED), '--short', '--json')
  expect(code, told).toBe(0)
  const { rounds, failedSeeds, counts, mostBytesInCache } = JSON.parse(result)
  expect({ rounds, failedSeeds }).toEqual({ rounds: ROUNDS, failedSeeds: [] })
  // And there was something that could have been.
  const atLeast = {
    killedHosts: 2,
    killedChildren: 10,
    stoppedHosts: 5,
    stoppedChildren: 5,
    killedAtInstants: 5,
    stoppedAtInstants: 5,
    attempts: 60,
    cachedAnswers: 3,
    manifestsSeen: 60,
    cacheSamples: 100,
  }
  for (const [name, least] of Object.entries(atLeast)) expect(counts[name], name).toBeGreaterThanOrEqual(least)
  expect(mostBytesInCache).toBeGreaterThan(50_000)
})
