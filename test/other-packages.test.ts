import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const cli = path('../packages/cli')
const isBuilt = existsSync(join(cli, 'dist/run.cjs'))
if (!isBuilt) console.warn('other-packages.test.ts is skipped: run node scripts/build.mjs first')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datalab-other-packages-'))
  mkdirSync(join(folder, 'node_modules/op-module'), { recursive: true })
  symlinkSync(path('fixtures/dataop-grey'), join(folder, 'node_modules/dataop-grey'), 'junction')
  const module = { name: 'op-module', type: 'module', exports: { import: './index.js' } }
  writeFileSync(join(folder, 'node_modules/op-module/package.json'), JSON.stringify(module))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The command as it is started from a terminal. */
function datalab(...words: readonly string[]) {
  const { DATALAB_REDIS: _, ...env } = process.env
  const command = [join(cli, 'bin/datalab.js'), ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const fitsIn = (stdout: string) => stdout.split('\n').find((line) => line.endsWith('.fits')) ?? ''

describe.skipIf(!isBuilt)('an operation of a package of somebody else', () => {
  test('is run, planned and verified where its package is named', () => {
    const words = ['grey', '--level', '7', '--out', 'out', '--operations', 'dataop-grey']
    const run = datalab('run', ...words)
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Grey: completed') })
    expect(datalab('plan', ...words).stdout).toContain('Its result is there.')
    expect(datalab('run', 'grey', '--help', '--operations=dataop-grey').stdout).toContain('--level')
    const verified = datalab('verify', fitsIn(run.stdout), '--operations', 'dataop-grey')
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('every pixel is the same') })
    expect(datalab('verify', fitsIn(run.stdout)).stderr).toContain(
      "It was made by Grey (dataop-grey), which is none of datalab's. Where its package is installed, name that: --operations dataop-grey.",
    )
  })

  test('is run as a step of a pipeline', () => {
    const steps = [{ id: 'grey', operation: 'grey', inputs: { level: 3 } }]
    writeFileSync(join(folder, 'grey.json'), JSON.stringify({ steps }))
    const run = datalab('run', 'grey.json', '--out', 'steps', '--operations', 'dataop-grey')
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('grey (Grey): completed') })
  })

  test.each([
    [['grey'], 'subtraction. Those of other packages are offered by --operations PACKAGE.'],
    [['grey', '--operations', 'op-none'], "(Cannot find module 'op-none'). Install it where you start datalab."],
    [['grey', '--operations', 'op-module'], "Give its exports a 'default'."],
  ])('%j says what is missing', (words, message) => {
    const { status, stderr } = datalab('run', ...words, '--level', '1', '--out', 'none')
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) })
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })
})
