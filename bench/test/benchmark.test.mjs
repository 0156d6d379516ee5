import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { Report } from '../harness/report.mjs'
import { saveResult } from '../harness/result-file.mjs'
import { rowsText } from '../harness/table.mjs'

const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function program(path, words = [], env = {}) {
  const script = fileURLToPath(new URL(path, import.meta.url))
  return spawnSync(process.execPath, [script, ...words], { encoding: 'utf8', env: { ...process.env, ...env } })
}

const sample = (words, env) => program('fixtures/sample.bench.mjs', words, env)

test('a benchmark prints its rows, the machine and its notes', () => {
  const { status, stdout } = sample([], { MS_TARGET: '2.5', RATE_TARGET: '200' })
  expect(status).toBe(0)
  const [head, machine, ...lines] = stdout.trim().split('\n')
  expect(head).toBe('sample: a sample')
  expect(machine).toMatch(/cores, .* GiB, .*, Node v\d+.*, load average [\d.]+$/)
  expect(lines.slice(0, 5)).toEqual([
    '  what              median    p95  unit    samples  target  verdict',
    '  given times            2   2.90  ms            3  < 2.50  met',
    '  given rates          200    110  jobs/s        3  > 200   missed',
    '  without a target   0.333  0.333  s             1',
    '  something could not be measured',
  ])
})

test('with --check a missed target is a failure, and only then', () => {
  const met = { MS_TARGET: '2.5', RATE_TARGET: '150' }
  expect(sample(['--check'], met).status).toBe(0)
  expect(sample(['--check'], { ...met, MS_TARGET: '2' }).status).toBe(1)
  expect(sample(['--check'], { ...met, RATE_TARGET: '200' }).status).toBe(1)
  expect(sample([], { ...met, RATE_TARGET: '200' }).status).toBe(0)
})

test('a result is saved beside the benchmark, under its name', async () => {
  const report = new Report()
  report.row('given times', [1 / 3, 1], { unit: 'ms', target: 2 })
  const url = pathToFileURL(join(folder, 'given.bench.mjs')).href
  await saveResult(url, { name: 'given', ...report.json() })
  expect(readdirSync(join(folder, 'results'))).toEqual(['given.json'])
  const rows = [
    { what: 'given times', unit: 'ms', median: 0.66667, p95: 0.96667, samples: 2, target: 2, verdict: 'met' },
  ]
  expect(JSON.parse(readFileSync(join(folder, 'results/given.json'), 'utf8'))).toEqual({
    name: 'given',
    rows,
    notes: [],
  })
})

test('a figure may be compared to the first', () => {
  const report = new Report()
  report.row('a copy', [2], { unit: 'ms' })
  report.row('more', [7, 9], { unit: 'ms', isOfFirst: true })
  expect(rowsText(report.rows).split('\n')).toEqual([
    '  what    median   p95  of first  unit  samples  target  verdict',
    '  a copy       2     2            ms          1',
    '  more         8  8.90         4  ms          2',
  ])
})

test('the command names what there is when it is asked for what there is not', () => {
  const { status, stderr } = program('../run.mjs', ['no-such', '--fast'])
  expect(status).toBe(2)
  expect(stderr).toMatch(
    /^no no-such, --fast; there is .*\bjobs, .*\bkey, .*--save, --check, --rows, --rounds, --size\n$/,
  )
})
