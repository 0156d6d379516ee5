import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { Fleet, hasRedis } from './fixtures/fleet.js'

const fleet = Fleet.use()
const { folder, frames } = fleet
const later = join(folder, 'later')
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Packs somebody else's operation, and unpacks it as an installation does, beside the packages that it does not bring. */
function install(cwd: string, revision: number): void {
  const [source, modules] = [join(cwd, 'source'), join(cwd, 'node_modules')]
  const target = join(modules, 'dataop-hold')
  for (const name of [source, target, join(modules, '@datalab')]) mkdirSync(name, { recursive: true })
  for (const name of ['package.json', 'index.js']) {
    const text = readFileSync(path(`fixtures/dataop-hold/${name}`), 'utf8')
    writeFileSync(join(source, name), text.replace('revision: 1', `revision: ${revision}`))
  }
  execFileSync('npm', ['pack', '--offline', '--silent'], { cwd: source })
  execFileSync('tar', ['-xzf', join(source, 'dataop-hold-1.0.0.tgz'), '--strip-components=1', '-C', target])
  symlinkSync(path('../packages/core'), join(modules, '@datalab/core'))
}

beforeAll(() => {
  install(folder, 1)
  install(later, 2)
})

const ours = ['--operations', 'dataop-hold']

/** Has a job wait until a file of this name is there. */
async function hold(name: string) {
  const [until, out] = [join(folder, name), join(folder, `out of ${name}`)]
  const inputs = ['hold', '--until', until, ...ours]
  const run = fleet.datalab(['run', ...inputs, '--out', out])
  const { stdout } = await fleet.datalab(['key', ...inputs]).ended
  return { run, out, key: stdout.trim(), go: () => writeFileSync(until, '') }
}

/** A worker that is ready; how it ended. */
async function startWorker(argv: readonly string[], cwd = folder) {
  const worker = fleet.datalab(['worker', '--concurrency', '1', ...argv], {}, cwd)
  await worker.greeting()
  return worker
}

const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 })

describe.skipIf(!hasRedis)('an operation from a package of somebody else', { timeout: 60_000 }, () => {
  test('waits for a worker that lists it in this version, says so, and is run there', async () => {
    const others = await startWorker(['--operations', 'median'])
    const { run, out, key, go } = await hold('first')
    const waiting = 'Waiting for a worker that has Hold (dataop-hold, revision 1): '
    await soon(() => expect(run.stderr).toContain(`Hold: ${waiting}none is running now.\n`))

    const host = fleet.host()
    const url = await host.greeting()
    const record = async () => (await fetch(`${url}/jobs/${key}`)).json()
    expect(await record()).toMatchObject({ status: 'PENDING', message: `${waiting}none is running now.` })
    const newer = await startWorker(ours, later)
    const message = `${waiting}those that are running have revision 2.`
    await soon(async () => expect(await record()).toMatchObject({ status: 'PENDING', message }))

    const right = await startWorker(ours)
    await soon(async () => expect(await record()).toMatchObject({ status: 'IN_PROGRESS', progress: 0.5 }))
    go()
    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Hold: completed') })
    expect(run.stderr).toContain('Hold is running.\n')
    expect(readFileSync(join(out, `hold-${key.slice(0, 8)}.txt`), 'utf8')).toBe('held')
    const ends = await Promise.all([others, newer, right, host].map((program) => program.stop()))
    for (const end of ends) expect(end).toMatchObject({ code: 0, stderr: '' })
  })

  test('is listed and described as those of datalab are', async () => {
    const { stdout } = await fleet.datalab(['list', ...ours]).ended
    expect(stdout).toMatch(/^median .*^hold +Keeps a text/ms)
    expect((await fleet.datalab(['describe', 'hold', ...ours]).ended).stdout).toContain('--until')
    expect(await fleet.datalab(['describe', 'hold', '--operations', 'dataop-none']).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'dataop-none' is no operation of datalab, and no package that can be loaded"),
    })
  })
})

test.skipIf(!hasRedis)(
  'datalab gc takes what is old from a fleet, and nothing of what is being run',
  { timeout: 60_000 },
  async () => {
    const worker = await startWorker(['--operations', 'median,dataop-hold', '--root', 'data'])
    expect(await fleet.datalab(['run', 'median', ...frames, '--out', 'out']).ended).toMatchObject({ code: 0 })
    const { run, key, go } = await hold('second')
    const attempt = join(folder, 'results', key, '1')
    await soon(() => expect(existsSync(join(attempt, `${key}.txt`))).toBe(true))

    const gc = ['gc', '--older-than', '0', '--url-life', '0', '--json']
    const { stdout } = await fleet.datalab(gc).ended
    expect(JSON.parse(stdout).marked).toBeGreaterThan(0)
    expect(readdirSync(attempt)).toContain(`${key}.txt`)
    const plan = await fleet.datalab(['plan', 'median', ...frames]).ended
    expect(plan.stdout).toContain('It was not run before.')
    go()
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(JSON.parse((await fleet.datalab(gc).ended).stdout)).toMatchObject({ marked: 1 })
    expect(existsSync(attempt)).toBe(false)
    expect(await worker.stop()).toMatchObject({ code: 0, stderr: '' })
  },
)

describe.skipIf(!hasRedis)('datalab gc', () => {
  test.each([
    [{ DATALAB_STORAGE: undefined }, [], /Say where the fleet keeps results: --storage/],
    [{}, ['--storage', 'nowhere'], /--storage: there is no folder nowhere\. Name the one in which the fleet/],
    [{ DATALAB_STORAGE: 'nowhere' }, [], /\$DATALAB_STORAGE: there is no folder nowhere\./],
    [
      { DATALAB_REDIS: 'http://a:secret@b' },
      [],
      /\$DATALAB_REDIS: A Redis is named by a URL .* not by 'http:\/\/\*\*\*@b'/,
    ],
    [{}, ['--out', 'data'], /--out: data is no folder .* A fleet keeps its results in its storage: leave --out out/],
    [{}, ['--out', 'data', '--redis', 'redis://127.0.0.1:1'], /Give one of them/],
  ])('with %j and %j is refused', async (env, argv, message) => {
    const { code, stderr } = await fleet.datalab(['gc', ...argv], env).ended
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  test('says which Redis does not answer, and not how to get in', async () => {
    const redis = 'redis://user:secret@127.0.0.1:1'
    const { code, stderr } = await fleet.datalab(['gc', '--redis', redis, '--storage', 'data']).ended
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^datalab: The Redis at 127\.0\.0\.1:1 does not answer/)])
    expect(stderr).not.toContain('secret')
  })
})
