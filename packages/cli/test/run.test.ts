import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processIdentity } from '@datalab/core'
import { describe, expect, test } from 'vitest'
import { main } from '../src/main.js'
import { Echo, Endless, Failing, Kinds, Listing, offering } from './operations.js'
import { filesBelow, memoryIo, memoryStream, runMain, temporaryFolder } from './run-main.js'

const offers = offering(Echo, Endless, Failing, Kinds, Listing)

async function prepared() {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.fits'), 'a')
  const run = (argv: readonly string[]) => runMain(['run', ...argv], { cwd: folder, offers })
  const results = async () => (await filesBelow(join(folder, 'out')))?.filter((name) => !name.startsWith('.datalab/'))
  return { folder, run, results }
}

const echo = ['echo-it', 'a.fits', '--out', 'out']

describe('a completed run', () => {
  test('puts its results under readable names, and says where', async () => {
    const { folder, run, results } = await prepared()
    const { code, stdout, stderr } = await run(echo)
    const key = (await runMain(['key', 'echo-it', 'a.fits'], { cwd: folder, offers })).stdout.slice(0, 8)
    const names = ['-1.fits', '-1-large.jpg', '-2.fits', '-2-large.jpg'].map((end) => `echo-it-${key}${end}`)
    expect(await results()).toEqual([...names].sort())
    expect(await readFile(join(folder, 'out', names[2]!), 'utf8')).toBe('fits 1 0')
    const [title, warning, ...paths] = stdout.split('\n')
    expect(title).toMatch(/^Echo It: completed in \d+\.\d s$/)
    expect(warning).toBe('warning: one?[31m warning')
    expect(paths).toEqual([...names.map((name) => `out/${name}`), ''])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Echo It is running.\n' })
  })

  test('is there the next time, and what is there of its results stays as it is', async () => {
    const { folder, run, results } = await prepared()
    await run(echo)
    const [first, second, third, fourth] = (await results())!.map((name) => join(folder, 'out', name)) as [
      string,
      string,
      string,
      string,
    ]
    const long = new Date(2001, 1, 1)
    await utimes(first, long, long)
    await writeFile(second, 'of another length')
    await unlink(third)
    await writeFile(join(folder, 'victim'), 'untouched')
    await unlink(fourth)
    await symlink('../victim', fourth)

    const { code, stdout } = await run(echo)
    expect(code).toBe(0)
    expect(stdout).toContain('Echo It: its result was there (cached)\n')
    expect((await stat(first)).mtime).toEqual(long)
    expect(await readFile(second, 'utf8')).toBe('fits 0 0')
    expect(await readFile(third, 'utf8')).toBe('large 1')
    expect(await readFile(fourth, 'utf8')).toBe('fits 1 0')
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched')
  })

  test('is copied over what is of the result before, as long as that is', async () => {
    const { folder, run, results } = await prepared()
    await run(echo)
    const [name] = (await results())!
    const path = join(folder, 'out', name!)
    await writeFile(path, 'large 1')
    const long = new Date(2001, 1, 1)
    await utimes(path, long, long)
    expect((await run(echo)).stdout).toContain('(cached)')
    expect(await readFile(path, 'utf8')).toBe('large 0')
  })

  test('runs again when it is told to', async () => {
    const { run } = await prepared()
    await run(echo)
    expect((await run([...echo, '--force'])).stdout).toContain('Echo It: completed in')
  })

  test('with --json is its record, and nothing else', async () => {
    const { run } = await prepared()
    const { stdout } = await run([...echo, '--json'])
    const record = JSON.parse(stdout)
    expect(record).toMatchObject({
      status: 'COMPLETED',
      progress: 1,
      cached: false,
      warnings: ['one\u001b[31m warning'],
    })
    expect(record.output.output_files[1].large_url).toMatch(/^file:.*-2-large\.jpg$/)
    expect(record.provenance).toMatchObject({ key: record.key })
    const again = JSON.parse((await run([...echo, '--json'])).stdout)
    expect(again).toEqual({ ...record, cached: true })
  })

  test('leaves nothing of itself but its storage, and where the inputs were', async () => {
    const { folder, run } = await prepared()
    await mkdir(join(folder, 'out'))
    const stem = `echo-it-${(await runMain(['key', 'echo-it', 'a.fits'], { cwd: folder, offers })).stdout.slice(0, 8)}`
    // As a process leaves it that is killed while it copies; no process has the number.
    await writeFile(join(folder, 'out', `.${stem}-1.fits.4194999-1-0123456789abcdef-0.part`), 'half')
    await run(echo)
    const names = await filesBelow(join(folder, 'out'))
    expect(names?.filter((name) => name.endsWith('.part') || name.includes('scratch'))).toEqual([])
    expect(names?.filter((name) => name.startsWith('.datalab/'))).toHaveLength(6)
  })

  test.runIf(process.platform === 'linux')('leaves what another container may be copying a week', async () => {
    const { folder, run } = await prepared()
    await mkdir(join(folder, 'out'))
    const stem = `echo-it-${(await runMain(['key', 'echo-it', 'a.fits'], { cwd: folder, offers })).stdout.slice(0, 8)}`
    const elsewhere = processIdentity().replace(/\d+$/, '1')
    const [late, old] = [1, 2].map((n) => join(folder, 'out', `.${stem}-${n}.fits.${elsewhere}.part`)) as [
      string,
      string,
    ]
    await writeFile(late, 'half')
    await writeFile(old, 'half')
    const long = new Date(Date.now() - 8 * 24 * 3600_000)
    await utimes(old, long, long)
    await run(echo)
    expect([late, old].map((path) => existsSync(path))).toEqual([true, false])
  })

  test('writes output data as JSON', async () => {
    const { folder, run, results } = await prepared()
    const { stdout } = await run(['all-kinds', 'a.fits', '--count=3', '--out', 'out'])
    const [name] = (await results())!
    expect(name).toMatch(/^all-kinds-[0-9a-f]{8}\.json$/)
    expect(stdout).toContain(`out/${name}\n`)
    expect(JSON.parse(await readFile(join(folder, 'out', name!), 'utf8'))).toMatchObject([{ count: 3 }])
  })

  test('writes output data beside a file that has their name', async () => {
    const { folder, run, results } = await prepared()
    await run(['listing', '--out', 'out'])
    const names = (await results())!.map((name) => join(folder, 'out', name))
    const texts = await Promise.all(names.map(async (name) => JSON.parse(await readFile(name, 'utf8'))))
    expect(texts).toEqual([[{ text: 'data' }], 'a file'])
    expect(names[0]).toMatch(/listing-[0-9a-f]{8}-output-data\.json$/)
  })
})

describe('a run that fails', () => {
  test('for a reason the user can act on', async () => {
    const { run, results } = await prepared()
    const { code, stdout, stderr } = await run(['failing', '--how', 'alert', '--out', 'out'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('datalab: Failing: Give other frames.\n')
    expect(await results()).toEqual([])
  })

  test('unexpectedly, says how to learn more', async () => {
    const { run } = await prepared()
    const argv = ['failing', '--how', 'fault', '--out', 'out']
    const { code, stderr } = await run(argv)
    expect(code).toBe(1)
    expect(stderr).toMatch(/Failing: An unexpected error, reference [0-9a-f]+\..* With --verbose the log shows it\.\n$/)
    expect(stderr).not.toContain('a secret fault')
    expect((await run([...argv, '--verbose'])).stderr).toMatch(/error: .*\n.*a secret fault\n {4}at /)
  })

  test('with --json prints its record', async () => {
    const { folder, run } = await prepared()
    const { code, stdout } = await run(['failing', '--how', 'alert', '--out', 'out', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'FAILED',
      error: { code: 'DATALAB_FAILED', message: 'Give other frames.' },
    })
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
  })
})

describe('a cancelled run', () => {
  async function begin(argv: readonly string[] = []) {
    const folder = await temporaryFolder()
    const { io, interrupt, exits } = memoryIo({ cwd: folder, stderr: memoryStream({ isTTY: true }) })
    const begun = new Promise<void>((resolve) => {
      Endless.begun = resolve
    })
    const code = main(['run', 'endless', '--out', 'out', ...argv], io, offers)
    await begun
    return { folder, io, interrupt, exits, code }
  }

  test('clears up, and exits with 130', async () => {
    const { code, folder, interrupt, io, exits } = await begin()
    expect(existsSync(Endless.scratch)).toBe(true)
    interrupt()
    expect(await code).toBe(130)
    expect(existsSync(Endless.scratch)).toBe(false)
    expect(await filesBelow(join(folder, 'out'))).toEqual([])
    expect(io.stdout.text).toBe('')
    expect(io.stderr.text.endsWith('\r\u001b[Kdatalab: Endless was cancelled.\n')).toBe(true)
    expect(exits).toEqual([])
    interrupt()
    expect(exits).toEqual([])
  })

  test('with --json prints its record', async () => {
    const { code, interrupt, io } = await begin(['--json'])
    interrupt()
    expect(await code).toBe(130)
    expect(JSON.parse(io.stdout.text)).toMatchObject({ status: 'CANCELLED', error: { code: 'DATALAB_ABORTED' } })
  })

  test('exits at once when it is interrupted twice', async () => {
    const { code, interrupt, exits } = await begin()
    interrupt()
    interrupt()
    expect(exits).toEqual([130])
    expect(await code).toBe(130)
  })
})

describe('a folder that cannot be written', () => {
  test.each([
    ['a.fits', '--out: a.fits cannot be written: a part of its path is a file. Name a folder.'],
    ['a.fits/below', '--out: a.fits/below cannot be written: a part of its path is a file. Name a folder.'],
    ['', 'Say where the results go: --out DIR.'],
  ])('%j', async (out, message) => {
    const { run } = await prepared()
    const { code, stdout, stderr } = await run(['echo-it', 'a.fits', `--out=${out}`])
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test.runIf(existsSync('/proc/self'))('of the system', async () => {
    const { run } = await prepared()
    const { code, stderr } = await run(['echo-it', 'a.fits', '--out', '/proc/datalab'])
    expect(stderr).toContain('--out: /proc/datalab cannot be written')
    expect(code).toBe(1)
  })

  test('a folder in the place of a result', async () => {
    const { folder, run } = await prepared()
    const stem = `echo-it-${(await runMain(['key', 'echo-it', 'a.fits'], { cwd: folder, offers })).stdout.slice(0, 8)}`
    await mkdir(join(folder, 'out', `${stem}-1.fits`), { recursive: true })
    const { code, stderr, stdout } = await run([...echo, '--json'])
    expect(code).toBe(1)
    expect(stderr).toContain(`${stem}-1.fits cannot be written: a folder of that name is in its place. Move it away.`)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'COMPLETED' })
    expect((await filesBelow(join(folder, 'out')))?.filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

test('inputs that are not valid leave the folder unmade', async () => {
  const { folder, run } = await prepared()
  expect((await run(['echo-it', 'no.fits', '--out', 'out'])).code).toBe(2)
  expect(existsSync(join(folder, 'out'))).toBe(false)
})

test('plan tells what run would do', async () => {
  const { folder, run } = await prepared()
  const plan = async (...more: string[]) =>
    (await runMain(['plan', ...echo, ...more], { cwd: folder, offers })).stdout.split('\n')[1]
  expect(await plan()).toBe('It was not run before.')
  expect(existsSync(join(folder, 'out'))).toBe(false)
  await run(echo)
  expect(await plan()).toBe('Its result is there.')
  expect(await plan('--force')).toBe('It is run again although its result is there.')
})
