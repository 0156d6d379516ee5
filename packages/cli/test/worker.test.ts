import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fleetOperations } from '../src/fleet-operations.js'
import { runMain, temporaryFolder } from './run-main.js'

const REDIS = ['--redis', 'redis://127.0.0.1:1', '--storage', 'shared']

describe('datalab worker', () => {
  test.each([
    [[], /--config FILE, or --redis URL and --storage/],
    [['--redis', 'redis://127.0.0.1:1'], /Say where the fleet keeps results: --storage/],
    [['--redis', 'nowhere', '--storage', 'shared'], /--redis: A Redis is named by a URL such as redis:/],
    [['--redis', 'redis://127.0.0.1:1', '--storage', 's3://'], /--storage: This is no address of a bucket/],
    [[...REDIS, '--concurrency', '0'], /--concurrency: '0' is no whole number from 1/],
    [[...REDIS, '--grace', 'x'], /--grace: 'x' is no whole number from 0/],
    [[...REDIS, '--monitor', 'a b'], /--monitor: 'a b' is no address/],
    [[...REDIS, '--operations', 'median,,'], /--operations: 'median,,' is no list of names/],
    [
      [...REDIS, '--operations', 'nothing-of-this-name'],
      /'nothing-of-this-name' is no operation of datalab, and no package/,
    ],
    [[...REDIS, '--root', 'nowhere'], /--root: there is no folder 'nowhere'/],
    [[...REDIS, '--root', 'night1=nowhere'], /--root: there is no folder 'nowhere'/],
    [['--config', 'nowhere.mjs'], /--config: there is no file nowhere\.mjs\. Name the set-up module/],
    [['--config', '.'], /--config: this is no file: \./],
    [['--config', 'a.mjs', ...REDIS], /--config: the set-up module says that itself\. Leave --redis out/],
    [['now'], /'worker' takes no arguments/],
  ])('is refused with %j', async (argv, message) => {
    const { code, stderr } = await runMain(['worker', ...argv], { cwd: await temporaryFolder() })
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  test('says of a set-up module what it lacks', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'datalab.config.mjs'), 'export default () => ({ operations: [] })')
    const { code, stderr } = await runMain(['worker', '--config', 'datalab.config.mjs'], { cwd: folder })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/datalab\.config\.mjs has no BullMQExecutor/)])
  })

  test('tells how it is used', async () => {
    const { code, stdout } = await runMain(['help', 'worker'])
    expect(code).toBe(0)
    for (const flag of ['--config', '--redis', '--storage', '--operations', '--concurrency', '--monitor'])
      expect(stdout).toContain(flag)
  })
})

test('datalab run names no Redis without a storage', async () => {
  const folder = await temporaryFolder()
  const env = { DATALAB_REDIS: 'redis://127.0.0.1:1' }
  const { code, stderr } = await runMain(['run', 'median', 'a.fits', '--out', 'out'], { cwd: folder, env })
  expect([code, stderr]).toEqual([2, expect.stringContaining('Say where the fleet keeps results')])
})

describe('the operations of a worker', () => {
  test('are those of datalab by name, id or package', async () => {
    const ids = async (...names: string[]) => (await fleetOperations(names, '/')).map(({ info }) => info.id)
    expect(await ids('median', '@datalab/op-color-image')).toEqual(['@datalab/op-median', '@datalab/op-color-image'])
    expect((await fleetOperations(undefined, '/')).length).toBeGreaterThan(2)
  })

  test('are those of a package that is installed where it was started', async () => {
    const folder = await temporaryFolder()
    const packageFolder = join(folder, 'node_modules/op-test')
    await mkdir(packageFolder, { recursive: true })
    await writeFile(
      join(packageFolder, 'package.json'),
      '{ "type": "module", "exports": { ".": { "default": "./index.js" } } }',
    )
    const info = `{ id: 'op-test', name: 'Test', inputs: { type: 'object', properties: {} } }`
    await writeFile(
      join(packageFolder, 'index.js'),
      `export class Test { static info = ${info} }\nexport const other = 1\n`,
    )
    expect((await fleetOperations(['op-test'], folder)).map(({ info: { id } }) => id)).toEqual(['op-test'])
    await writeFile(join(packageFolder, 'index.js'), 'export const other = 1\n')
    await expect(fleetOperations(['op-test/package.json'], folder)).rejects.toThrow(/op-test\/package\.json/)
  })
})
