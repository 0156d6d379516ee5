import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../src/main.js'
import { Echo, Endless, Failing, Kinds, offering } from './operations.js'
import { filesBelow, memoryIo, runMain, temporaryFolder } from './run-main.js'

const offers = offering(Echo, Endless, Failing, Kinds)

/** Two files in `night`, and a pipeline beside that folder. */
async function prepared(steps: unknown, name?: string) {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'data/night'), { recursive: true })
  for (const file of ['a.fits', 'b.fits']) await writeFile(join(folder, 'data/night', file), file)
  const write = (value: unknown) => writeFile(join(folder, 'data/p.json'), JSON.stringify(value))
  await write({ name, steps })
  const run = (...more: string[]) => runMain(['run', 'data/p.json', '--out', 'out', ...more], { cwd: folder, offers })
  const results = async () => (await filesBelow(join(folder, 'out')))?.filter((file) => !file.startsWith('.datalab/'))
  return { folder, run, results, write }
}

const echo = (id: string, file: unknown, increase_by = 0) => ({
  id,
  operation: 'echo-it',
  inputs: { file, increase_by },
})
const kinds = (id: string, input_files: unknown) => ({ id, operation: 'all-kinds', inputs: { input_files } })

const chain = (by = 0) => [
  echo('first', 'night/a.fits', by),
  echo('other', 'night/b.fits'),
  echo('each', { each: 'first' }),
  kinds('end', [{ from: 'each' }, { from: 'other', index: 1 }]),
]

test('a pipeline puts the results of its last steps into the folder, and says how each step went', async () => {
  const { folder, run, results } = await prepared(chain(), 'Night 1')
  const { code, stdout, stderr } = await run()
  const [name, ...others] = (await results())!
  expect(others).toEqual([])
  expect(name).toMatch(/^end-[0-9a-f]{8}\.json$/)
  const lines = stdout.split('\n')
  expect(lines.map((line) => line.replace(/\d+\.\d s/, 'N s'))).toEqual([
    'first (Echo It): completed in N s',
    'warning: one?[31m warning',
    'other (Echo It): completed in N s',
    'warning: one?[31m warning',
    'each (Echo It): 2 jobs, completed in N s',
    'warning: one?[31m warning',
    'end (All Kinds): completed in N s',
    `out/${name}`,
    '',
  ])
  const [{ input_files }] = JSON.parse(await readFile(join(folder, 'out', name!), 'utf8'))
  expect(input_files).toHaveLength(5)
  expect(input_files.every(({ source }: { source: string }) => source === 'datalab')).toBe(true)
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Night 1 is running.\n' })
})

test('with --intermediate it puts the results of all steps there', async () => {
  const { run, results } = await prepared(chain())
  await run('--intermediate')
  const titles = (await results())!.map((name) => name.replace(/-.*/, ''))
  expect([...new Set(titles)]).toEqual(['each', 'end', 'first', 'other'])
  expect(titles).toHaveLength(4 + 4 + 8 + 1)
})

test('a step that is changed is run again, and what depends on it, and nothing else; plan says so before', async () => {
  const { folder, run, write } = await prepared(chain())
  const plan = async (...more: string[]) =>
    (await runMain(['plan', 'data/p.json', '--out', 'out', ...more], { cwd: folder, offers })).stdout
  expect(await plan()).toContain('first (Echo It): It was not run before.\n')
  expect(existsSync(join(folder, 'out'))).toBe(false)
  await run()
  expect((await run()).stdout).toContain('each (Echo It): 2 jobs, their results were there (cached)\n')

  await write({ steps: chain(5) })
  expect(await plan()).toBe(
    [
      'first (Echo It): It was not run before.',
      'other (Echo It): Its result is there.',
      "each (Echo It): It takes what 'first' makes, which is not there yet.",
      "end (All Kinds): It takes what 'each' makes, which is not there yet.",
      '',
    ].join('\n'),
  )
  const { steps } = JSON.parse((await run('--json')).stdout)
  expect(steps.map(({ id, cached }: Record<string, unknown>) => [id, cached])).toEqual([
    ['first', false],
    ['other', true],
    ['each', false],
    ['end', false],
  ])
  expect(JSON.parse(await plan('--json')).steps[2].jobs.map(({ cached }: { cached: boolean }) => cached)).toEqual([
    true,
    true,
  ])
  expect((await run('--force')).stdout).not.toContain('cached')
})

test('paths and patterns begin at the folder of the pipeline, and are the same jobs as on the command line', async () => {
  const { folder, run } = await prepared([
    kinds('list', ['night/*.fits']),
    kinds('text', 'night/?.fits'),
    echo('each', { each: 'night/*.fits' }),
    kinds('object', [{ source: 'local', basename: 'night/b.fits' }]),
  ])
  const { steps } = JSON.parse((await run('--json')).stdout)
  const keys = steps.map(({ jobs }: { jobs: { key: string }[] }) => jobs.map(({ key }) => key))
  const keyOf = async (...argv: string[]) =>
    (await runMain(['key', ...argv], { cwd: join(folder, 'data/night'), offers })).stdout.trim()
  expect(keys[0]).toEqual([await keyOf('all-kinds', 'a.fits', 'b.fits')])
  expect(keys[1]).toEqual(keys[0])
  expect(keys[2]).toEqual([await keyOf('echo-it', 'a.fits'), await keyOf('echo-it', 'b.fits')])
  expect(steps[3].jobs[0].inputs.input_files).toMatchObject([{ basename: 'night/b.fits' }])
})

test('a pipeline comes from the standard input, too', async () => {
  const { folder } = await prepared([])
  const input = JSON.stringify({ steps: [echo('one', 'data/night/a.fits')] })
  const { code, stderr } = await runMain(['run', '-', '--out', 'out'], { cwd: folder, offers, input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Pipeline is running.\n' })
})

test('a step that fails is told with what was not run for it; what was done stays', async () => {
  const { run, results } = await prepared([
    echo('good', 'night/a.fits'),
    { id: 'bad', operation: 'failing', inputs: { how: 'alert' } },
    kinds('next', [{ from: 'bad' }]),
    kinds('last', [{ from: 'next' }]),
  ])
  const { code, stderr } = await run()
  expect(code).toBe(1)
  expect(stderr).toContain("datalab: step 'bad' (Failing): Give other frames.\ndatalab: Not run: next, last.\n")
  const again = await run('--json')
  const { error, status, steps } = JSON.parse(again.stdout)
  expect({ error, status }).toMatchObject({ error: { step: 'bad', message: 'Give other frames.' }, status: 'FAILED' })
  expect(steps[0]).toMatchObject({ id: 'good', status: 'COMPLETED' })
  expect((await results())!.every((name) => name.startsWith('good-'))).toBe(true)
})

test('an interruption takes back what goes on', async () => {
  const { folder } = await prepared([{ id: 'held', operation: 'endless' }, kinds('next', [{ from: 'held' }])])
  const { io, interrupt } = memoryIo({ cwd: folder })
  const begun = new Promise<void>((resolve) => {
    Endless.begun = resolve
  })
  const code = main(['run', 'data/p.json', '--out', 'out'], io, offers)
  await begun
  interrupt()
  expect(await code).toBe(130)
  expect(io.stdout.text).toBe('')
  expect(io.stderr.text).toBe('p.json is running.\ndatalab: p.json was cancelled.\ndatalab: Not run: held, next.\n')
  expect(existsSync(Endless.scratch)).toBe(false)
})

const problems: [title: string, steps: unknown, message: string][] = [
  [
    'an unknown operation',
    [{ id: 'a', operation: 'ecko-it' }],
    "Step 'a': There is no operation 'ecko-it'. Did you mean 'echo-it'?",
  ],
  [
    'several unknown operations',
    [
      { id: 'a', operation: 'ecko-it' },
      { id: 'b', operation: 'faling' },
    ],
    "Step 'a': There is no operation 'ecko-it'. Did you mean 'echo-it'? Step 'b': There is no operation 'faling'. Did you mean 'failing'?",
  ],
  [
    'an unknown step',
    [kinds('a', [{ from: 'b' }])],
    "Step 'a' takes the outputs of 'b', which is no step; there is a.",
  ],
  ['a wrong input', [{ id: 'a', operation: 'failing', inputs: { how: 1 } }], "Step 'a': How (how) is 1; give a text."],
  [
    'a missing file',
    [kinds('a', ['night/c.fits'])],
    "Step 'a': Input Files (input_files), item 1: c.fits does not exist",
  ],
  ['a pattern that no file fits', [kinds('a', ['nihgt/*.fits'])], "Step 'a': no file fits nihgt/*.fits in "],
  [
    'a pattern for one file',
    [echo('a', 'night/*.fits')],
    "Step 'a' takes one file, and 2 files fit night/*.fits. Name one of them.",
  ],
  ['no steps', undefined, 'Pipeline: Steps (steps) is missing; give it a value.'],
]

test.each(problems)('%s is told before the folder is made', async (_, steps, message) => {
  const { folder, run } = await prepared(steps)
  const { code, stderr } = await run()
  expect(stderr).toContain(message)
  expect(code).toBe(2)
  expect(existsSync(join(folder, 'out'))).toBe(false)
})

test.each([
  [
    ['data/p.json', 'x.fits', '--out', 'o'],
    "A pipeline names its files itself. Leave 'x.fits' out, or write it there.",
  ],
  [['data/p.json', '--inputs', 'i.json', '--out', 'o'], 'Leave --inputs out.'],
  [['data/p.json'], 'Say where the results go: --out DIR.'],
  [['data/q.json', '--out', 'o'], 'data/q.json does not exist. Check its name.'],
])('a command line that is not right: %j', async (argv, message) => {
  const { folder } = await prepared([])
  if (argv.length === 1)
    await writeFile(join(folder, 'data/p.json'), JSON.stringify({ steps: [echo('a', 'night/a.fits')] }))
  const { code, stderr } = await runMain(['run', ...argv], { cwd: folder, offers })
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

test('help is that of the command', async () => {
  const { stdout } = await runMain(['run', 'p.json', '--help'], { offers })
  expect(stdout).toContain('datalab run <operation>|PIPELINE.json')
  expect(stdout).toContain('--intermediate')
})
