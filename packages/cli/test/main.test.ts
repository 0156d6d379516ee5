import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { main } from '../src/main.js'
import { Echo, Kinds, offering } from './operations.js'
import { memoryIo, memoryStream, runMain } from './run-main.js'

const offers = offering(Kinds, Echo)

describe('help', () => {
  test.each([[['help']], [['--help']], [['-h']]])('%j lists the commands', async (argv) => {
    const { code, stdout, stderr } = await runMain(argv)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of [
      'list',
      'describe',
      'run',
      'plan',
      'key',
      'fits info|header|dump|verify|compress|decompress|preview',
    ])
      expect(stdout).toContain(`  datalab ${command} `)
  })

  test.each(['list', 'describe', 'run', 'plan', 'key', 'fits', 'help'])('of %s', async (command) => {
    const { stdout } = await runMain(['help', command])
    expect(stdout).toContain(`datalab ${command}`)
    expect(stdout).toContain('Flags:')
    if (command !== 'help') expect((await runMain([command, '--help'])).stdout).toBe(stdout)
  })

  test('of an operation lists its inputs', async () => {
    const { code, stdout } = await runMain(['run', 'all-kinds', '--help'], { offers })
    expect(code).toBe(0)
    expect(stdout).toContain('datalab run all-kinds ')
    expect(stdout).toContain('  --input-files FILE...\n      Input Files (fits, at most 5)')
    expect(stdout).toContain('  --increase-by NUMBER\n      Increase By (float, optional)')
    expect(stdout).toContain('  --count NUMBER\n      Count (int, default 1)')
    expect(stdout).toContain('  --mode mean|median\n')
    expect(stdout).toContain('  "out" in --inputs\n')
    expect(stdout).toContain('  --out DIR ')
  })
})

test('--version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  expect(await runMain(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('list', async () => {
  const { stdout } = await runMain(['list'], { offers })
  expect(stdout).toBe('all-kinds  Takes everything.\necho-it    Copies.\n')
  const json = JSON.parse((await runMain(['list', '--json'], { offers })).stdout)
  expect(json.map(({ name }: { name: string }) => name)).toEqual(['All Kinds', 'Echo It'])
})

test('describe', async () => {
  const { stdout } = await runMain(['describe', 'Echo It'], { offers })
  expect(stdout).toContain(
    'Echo It (op-echo, revision 1)\n\nCopies.\n\nInputs:\n  --file FILE\n      File (fits): A FITS file',
  )
  const json = JSON.parse((await runMain(['describe', 'op-echo', '--json'], { offers })).stdout)
  expect(json).toMatchObject({ name: 'Echo It', category: 'test', inputs: { file: { type: 'fits' } } })
})

describe('usage', () => {
  test.each([
    [[], 'Name a command.'],
    [['rnu'], "There is no command 'rnu'. Did you mean 'run'?"],
    [
      ['banana'],
      "There is no command 'banana'. The commands are list, describe, run, plan, key, verify, explain, gc, worker, fits, help.",
    ],
    [['__proto__'], "There is no command '__proto__'."],
    [['help', 'rnu'], "There is no command 'rnu'. Did you mean 'run'?"],
    [['list', 'x'], "'list' takes no arguments."],
    [['describe'], 'Name an operation. There is: all-kinds, echo-it.'],
    [['describe', 'ecoh-it'], "There is no operation 'ecoh-it'. Did you mean 'echo-it'?"],
    [['describe', 'a', 'b'], "'describe' takes one operation."],
    [['run', 'median'], "There is no operation 'median'. There is: all-kinds, echo-it."],
    [['run', 'echo-it', 'a.fits'], 'Say where the results go: --out DIR.'],
    [['run', 'echo-it', '--fil', 'a.fits'], "There is no flag '--fil' here. Did you mean '--file'?"],
    [['fits'], 'Say what to do with the file: datalab fits info|header|dump|verify|compress|decompress|preview FILE.'],
    [['fits', 'haeder', 'x'], "There is no command 'fits haeder'. Did you mean 'header'?"],
    [['fits', 'header'], "Name a file: 'datalab fits header FILE'."],
    [['fits', 'header', 'a', 'b'], "'fits header' takes one file."],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await runMain(argv, { offers })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`datalab: ${message}`)
    expect(stderr).not.toContain('    at ')
  })
})

describe('unexpected errors', () => {
  const broken = { operations: () => Promise.reject(new Error('a fault\u001b[0m')), services: async () => [] }

  test('are one sentence', async () => {
    const { code, stderr } = await runMain(['list'], { offers: broken })
    expect(code).toBe(1)
    expect(stderr).toBe('datalab: an unexpected error: a fault?[0m. DATALAB_DEBUG=1 shows where it comes from.\n')
  })

  test('and, where that is asked for, their stack', async () => {
    const { stderr } = await runMain(['list'], { offers: broken, env: { DATALAB_DEBUG: '1' } })
    expect(stderr).toContain('main.test.ts')
  })

  test.each([
    ['EPIPE', 0, ''],
    ['ENOSPC', 1, 'datalab: The standard output cannot be written (ENOSPC).\n'],
  ])('of the standard output: %s', async (code, exitCode, message) => {
    const stdout = {
      ...memoryStream(),
      write: (_: string, done: (error: Error) => void) => done(Object.assign(new Error(), { code })),
    }
    const { io } = memoryIo({ stdout })
    expect(await main(['list'], io, offers)).toBe(exitCode)
    expect(io.stderr.text).toBe(message)
  })
})

test('describe --lint', async () => {
  const kinds = await runMain(['describe', 'all-kinds', '--lint'], { offers })
  expect(kinds.code).toBe(1)
  expect(kinds.stdout).toMatch(/^problem: \w+: there is no widget for the type/m)
  const echo = await runMain(['describe', 'echo-it', '--lint', '--json'], { offers })
  expect(JSON.parse(echo.stdout)).toBeInstanceOf(Array)
})
