import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { canMeasure } from '../contest/launcher.mjs'
import { sameBytes } from '../contest/results.mjs'
import { runRow } from '../contest/run-row.mjs'

if (!canMeasure()) console.warn('run-row.test.mjs is skipped: it needs python3 or GNU time, to measure processes.')
const measuring = test.skipIf(!canMeasure())

const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What contestants were asked, in order. */
let asked
beforeEach(() => {
  asked = []
})

/** Someone who tells the seconds that are given, and writes the result that is given. */
function contestant(name, role, wall, { result = 'right', fails = false, needs = [] } = {}) {
  const prepare = ({ folder: own }) => {
    asked.push(name)
    const path = join(own, 'result')
    const told = JSON.stringify({ wall, cpu: wall / 2 })
    const script = `echo said; printf ${result} > ${path}; echo '${told}'; ${fails ? 'echo broken >&2; exit 3' : ''}`
    return { words: ['sh', '-c', script], output: () => path }
  }
  return { name, role, needs, tellsTimes: true, prepare }
}

function run(contestants, { rounds = 2, bars = {}, isJudged = false } = {}) {
  const frame = join(folder, 'frame')
  writeFileSync(frame, 'pixels')
  const runs = join(folder, 'runs')
  mkdirSync(runs, { recursive: true })
  const files = () => ({ some: async () => [frame] })
  const programs = { missing: (needs) => needs }
  const row = {
    id: 'row',
    title: 'A row',
    frames: { count: 1, form: 'float32' },
    contestants,
    compare: sameBytes,
    bars,
  }
  return runRow(row, { files, programs, folder: runs, rounds, isJudged, tell: () => {} })
}

measuring(
  'contestants take turns, round after round; peers that are far behind, and the reference, only once',
  async () => {
    const result = await run([
      contestant('us', 'ours', 1),
      contestant('right', 'reference', 1),
      contestant('original', 'original', 30),
      contestant('fast', 'peer', 2),
      contestant('near', 'peer', 2.9),
      contestant('far', 'peer', 3.1),
      contestant('absent', 'peer', 1, { needs: ['absent'] }),
    ])
    expect(asked.join(' ')).toBe('us right original fast near far us original fast near')
    expect(result.missing).toEqual(['absent'])
    expect(result.contestants.map(({ name, wall, cpu, rounds }) => [name, wall, cpu, rounds])).toEqual([
      ['us', 1, 0.5, 2],
      ['original', 30, 15, 2],
      ['fast', 2, 1, 2],
      ['near', 2.9, 1.45, 2],
      ['far', 3.1, 1.55, 1],
    ])
    expect(result.contestants[0]).toMatchObject({ agreement: 'same bits' })
    expect(readdirSync(join(folder, 'runs'))).toEqual([])
  },
)

measuring('bars are judged for frames that they are of, and for no others', async () => {
  const two = [contestant('us', 'ours', 1), contestant('peer', 'peer', 3)]
  const bars = { peer: { bound: 2, aim: 4 }, rss: { bound: 100 } }
  const verdicts = async (isJudged) =>
    (await run(two, { bars, isJudged, rounds: 1 })).judgements.map(({ verdict }) => verdict)
  expect(await verdicts(true)).toEqual(['met', 'met'])
  expect(await verdicts(false)).toEqual([undefined])
})

measuring('a wrong result of ours counts for nothing, one of others is told', async () => {
  const wrong = { result: 'wrong' }
  const original = contestant('original', 'original', 2)
  await expect(run([contestant('us', 'ours', 1, wrong), original])).rejects.toThrow(
    'row: our result is wrong: other bits',
  )
  expect(readdirSync(join(folder, 'runs'))).toEqual([])
  const { contestants } = await run([contestant('us', 'ours', 1), original, contestant('peer', 'peer', 2, wrong)])
  expect(contestants.map(({ agreement }) => agreement)).toEqual(['same bits', undefined, 'other bits'])
})

measuring('who fails does not take part any more, unless it is us', async () => {
  const failing = { fails: true }
  const { contestants, failures } = await run([
    contestant('us', 'ours', 1),
    contestant('peer', 'peer', 2),
    contestant('weak', 'peer', 1, failing),
  ])
  expect(asked.join(' ')).toBe('us peer weak us peer')
  expect(contestants.map(({ name }) => name)).toEqual(['us', 'peer'])
  expect(failures).toEqual([expect.stringMatching(/^weak failed: /)])
  await expect(run([contestant('us', 'ours', 1, failing)])).rejects.toThrow('broken')
})

measuring('processor time and memory are those of what was run', async () => {
  const busy = `
    const bytes = Buffer.alloc(150 * 2 ** 20, 1)
    const end = process.cpuUsage().user + 200_000
    while (process.cpuUsage().user < end);
    require('node:fs').writeFileSync('result', String(bytes.length))`
  const us = {
    name: 'us',
    role: 'ours',
    needs: [],
    prepare: ({ folder: own }) => ({
      words: [process.execPath, '-e', busy],
      output: () => join(own, 'result'),
    }),
  }
  const { contestants } = await run([us], { rounds: 1 })
  const [{ wall, cpu, rss }] = contestants
  expect(cpu).toBeGreaterThan(0.2)
  expect(wall).toBeGreaterThan(0.1)
  expect(rss).toBeGreaterThan(150 * 2 ** 20)
  expect(rss).toBeLessThan(400 * 2 ** 20)
})
