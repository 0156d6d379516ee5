import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeResultsPage } from '../harness/results-page.mjs'

const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const readme = join(folder, 'README.md')
const machine = { cpu: 'a CPU', cores: 2, memoryGiB: 8, system: 'linux', node: 'v20', load: 0.1, loadAfter: 0.2 }
const facts = { measured: '2026-01-02T03:04:05Z', revision: 'abc', machine }
const peers = {
  ...facts,
  name: 'peers',
  title: 'beside others',
  size: 4096,
  rounds: 3,
  versions: { numpy: '1.2' },
  rows: [
    {
      id: 'row',
      title: 'a -> b',
      missing: ['siril'],
      failures: ['weak failed: it is'],
      contestants: [
        { name: 'DataLab', role: 'ours', wall: 0.25, cpu: 0.3, rss: 50 * 2 ** 20, rounds: 3, agreement: 'same bits' },
        { name: 'one & two', role: 'peer', wall: 1, cpu: 0.9, rss: 2 ** 30, rounds: 3 },
        { name: 'original', role: 'original', wall: 2, cpu: 2, rss: 2 ** 31, rounds: 3 },
      ],
      judgements: [
        { against: 'best peer, one & two', wall: 4, cpu: 3, bound: 2, aim: 5, isUpper: false, verdict: 'met' },
        { against: 'cat', wall: 7, isUpper: true },
      ],
    },
    {
      id: 'alone',
      title: 'nobody else',
      missing: [],
      failures: [],
      contestants: [{ name: 'DataLab', role: 'ours', wall: 9, cpu: 9, rss: 0, rounds: 1 }],
      judgements: [],
    },
  ],
}
const rows = [
  { what: 'the work', unit: 'ms', median: 1.5, p95: 200, samples: 9, target: 2, verdict: 'met' },
  { what: 'more', unit: 'ms', median: 3, p95: 4, samples: 9, ofFirst: 2 },
]

test('all saved results become a page, the contest first, a chart, and a quotation', () => {
  mkdirSync(join(folder, 'results'))
  const save = (result) => writeFileSync(join(folder, 'results', `${result.name}.json`), JSON.stringify(result))
  save(peers)
  save({ ...facts, name: 'jobs', title: 'jobs that do nothing', rows, notes: ['it is told'] })
  writeFileSync(readme, 'before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n')
  const lines = readFileSync(writeResultsPage(folder, readme), 'utf8').split('\n')
  expect(lines.filter((line) => line.startsWith('## '))).toEqual([
    '## peers: beside others',
    '## jobs: jobs that do nothing',
  ])
  for (const line of [
    '2026-01-02, revision abc; a CPU, 2 cores, 8 GiB, linux, Node v20; load average 0.1 before, 0.2 after.',
    'Others: numpy 1.2. Not on this machine: siril.',
    '- a -> b: weak failed: it is',
    '| a -> b | best peer, one & two | 4.00 | 3.00 | at least 2, aim 5 | reached |',
    '| a -> b | cat | 7.00 |  |  |  |',
    '| a -> b | DataLab | 250 ms | 300 ms | 50 MiB |  | 3 | same bits |',
    '| a -> b | one & two | 1.00 s | 0.900 s | 1024 MiB | 4.00 x | 3 |  |',
    '| what | median | p95 | of first | unit | samples | target | verdict |',
    '| --- | ---: | ---: | ---: | --- | ---: | --- | --- |',
    '| the work | 1.50 | 200 |  | ms | 9 | < 2 | met |',
    '| more | 3 | 4 | 2 | ms | 9 |  |  |',
    '- it is told',
  ])
    expect(lines).toContain(line)
  const svg = readFileSync(join(folder, 'results/peers.svg'), 'utf8')
  expect(svg).toContain('a -&gt; b')
  expect(svg).toContain('one &amp; two')
  expect(svg).not.toContain('nobody else')
  expect(svg.match(/<rect /g)).toHaveLength(4)
  const quoted = readFileSync(readme, 'utf8').split('\n')
  expect(quoted.slice(0, 3)).toEqual(['before', '<!-- bench -->', ''])
  expect(quoted).toContain(
    '| a -> b          | 250 ms, 50 MiB | one & two: 1.00 s, 1024 MiB (4.00 x) | 2.00 s, 2048 MiB (8.00 x) |',
  )
  expect(quoted.slice(-4)).toEqual(['', '<!-- /bench -->', 'after', ''])
  expect(quoted).not.toContain('old')
})

test('a README without a place for the results is told', () => {
  writeFileSync(readme, 'nothing')
  expect(() => writeResultsPage(folder, readme)).toThrow('has no <!-- bench -->')
})
