import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rootName } from '../src/file-arguments.js'
import { Echo, Kinds, offering } from './operations.js'
import { runMain, temporaryFolder } from './run-main.js'

const offers = offering(Kinds, Echo)

/** A folder with frames and a folder `sub` with one, and the plan of `all-kinds` there. */
async function prepared() {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'sub'))
  for (const name of ['a.fits', 'b.fits', 'sub/c.fits']) await writeFile(join(folder, name), name)
  const plan = async (argv: readonly string[], options: { input?: string; cwd?: string } = {}) => {
    const outcome = await runMain(['plan', 'all-kinds', '--json', ...argv], { cwd: folder, offers, ...options })
    return { ...outcome, inputs: outcome.code === 0 ? JSON.parse(outcome.stdout).inputs : undefined }
  }
  const reference = (name: string, root = folder) => ({ source: 'local', root: rootName(root), basename: name })
  return { folder, plan, reference }
}

describe('flags', () => {
  test('are read by the schema', async () => {
    const { plan, reference } = await prepared()
    const { inputs } = await plan([
      'a.fits',
      ...['--input-files', 'b.fits', '--input_files=a.fits', '--increase-by', '-5', '--count', '2', '--no-is-fast'],
      ...['--mode', 'mean', '--label', '12', '--weights', '1', '-2', '--weights', '.5', '--weights', '1e3'],
      ...[
        '--targets',
        '{"ra":1,"dec":2}',
        '[{"ra":3,"dec":4}]',
        '--area',
        '{"frame":"pixel","shape":"circle","x":1,"y":2,"radius":3}',
      ],
    ])
    expect(inputs).toEqual({
      input_files: ['a.fits', 'b.fits', 'a.fits'].map((name) => reference(name)),
      increase_by: -5,
      count: 2,
      is_fast: false,
      mode: 'mean',
      label: '12',
      weights: [1, -2, 0.5, 1000],
      targets: [
        { ra: 1, dec: 2 },
        { ra: 3, dec: 4 },
      ],
      area: { frame: 'pixel', shape: 'circle', x: 1, y: 2, radius: 3 },
    })
  })

  test.each([
    [['--increase-by', 'abc'], "--increase-by is 'abc', which is no number. Give one such as 12 or -0.5."],
    [['--increase-by', 'NaN'], "--increase-by is 'NaN', which is no number."],
    [['--weights', '1', '0x10'], "--weights is '0x10', which is no number."],
    [['--count', '1.5'], 'Count (count) is 1.5; give a whole number.'],
    [['--is-fast=yes'], "--is-fast is 'yes'. Give true or false, or the flag alone."],
    [['--mode', 'max'], 'Mode (mode) is "max"; choose one of mean, median.'],
    [['--area', '{x:1}'], '--area is not JSON at line 1, column 2: a name in double quotes'],
    [['--targets', '{"ra":1}'], 'Targets (targets), item 1 has no dec; add it.'],
  ])('%j', async (argv, message) => {
    const { plan } = await prepared()
    const { code, stdout, stderr } = await plan(['a.fits', ...argv])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('a file can be a reference in JSON', async () => {
    const { plan, reference } = await prepared()
    const { inputs } = await plan(['--input-files', '{"source":"local","basename":"sub/c.fits"}', 'a.fits'])
    expect(inputs.input_files).toEqual([reference('sub/c.fits'), reference('a.fits')])
  })

  test('files go to the only input of files, of which there must be one', async () => {
    const { folder } = await prepared()
    const several = await runMain(['key', 'echo-it', 'a.fits', 'b.fits'], { cwd: folder, offers })
    expect(several.stderr).toContain('--file takes one value, and 2 are given. Take 1 away.')
    const two = offering(withInputs({ one: Echo.info.inputs.properties.file, two: Echo.info.inputs.properties.file }))
    expect((await runMain(['key', 'echo-it', 'a.fits'], { offers: two })).stderr).toContain(
      "Echo It has several inputs of files. Say which 'a.fits' is for: --one or --two.",
    )
    const none = offering(withInputs({ value: { type: 'number' } }))
    expect((await runMain(['key', 'echo-it', 'a.fits'], { offers: none })).stderr).toContain('Echo It takes no files.')
  })
})

function withInputs(properties: object) {
  return class extends Echo {
    static override readonly info = { ...Echo.info, inputs: { ...Echo.info.inputs, properties } } as typeof Echo.info
  }
}

describe('files', () => {
  test('lie wherever they lie', async () => {
    const { folder, plan, reference } = await prepared()
    await symlink('../a.fits', join(folder, 'sub/link.fits'))
    const { inputs } = await plan(['../a.fits', 'link.fits', join(folder, 'b.fits'), 'c.fits'], {
      cwd: join(folder, 'sub'),
    })
    expect(inputs.input_files).toEqual([
      reference('a.fits'),
      reference('a.fits'),
      reference('b.fits'),
      reference('c.fits', join(folder, 'sub')),
    ])
  })

  test.each([
    [['a.fits', 'no.fits'], 'Input Files (input_files), item 2: no.fits does not exist. Check its name.'],
    [['no/such/folder.fits'], 'Input Files (input_files), item 1: no/such/folder.fits does not exist. Check its name.'],
    [['a.fits/b.fits'], 'Input Files (input_files), item 1: b.fits does not exist. Check its name.'],
    [['sub'], 'Input Files (input_files), item 1: sub is a folder. Give a file.'],
    [['\u001b[31m.fits'], 'Input Files (input_files), item 1: ?[31m.fits does not exist.'],
  ])('%j', async (argv, message) => {
    const { plan } = await prepared()
    const { code, stderr } = await plan(argv)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})

describe('JSON inputs', () => {
  const write = (folder: string, name: string, inputs: unknown) => writeFile(join(folder, name), JSON.stringify(inputs))

  test('are looked up beside the file, then in the current folder', async () => {
    const { folder, plan, reference } = await prepared()
    const sub = join(folder, 'sub')
    await write(folder, 'sub/in.json', {
      input_files: ['c.fits', 'a.fits', { source: 'local', basename: 'sub/c.fits', id: 5 }],
    })
    const { inputs } = await plan(['--inputs', 'sub/in.json'])
    expect(inputs.input_files).toEqual([reference('c.fits', sub), reference('a.fits'), reference('sub/c.fits')])
  })

  test('have the key of the same job on the command line, and so have inputs copied from a record', async () => {
    const { folder, plan } = await prepared()
    await write(folder, 'in.json', { input_files: ['a.fits', 'b.fits'] })
    const fromFile = await plan(['--inputs', 'in.json'])
    const fromFlags = await plan(['a.fits', join(folder, 'b.fits')])
    expect(JSON.parse(fromFile.stdout)).toEqual(JSON.parse(fromFlags.stdout))
    const copied = await plan(['--inputs', '-'], { input: JSON.stringify(fromFlags.inputs) })
    expect(JSON.parse(copied.stdout)).toEqual(JSON.parse(fromFlags.stdout))
  })

  test('give way to flags', async () => {
    const { plan, reference } = await prepared()
    const input = JSON.stringify({ input_files: ['a.fits'], increase_by: 1, label: 'x', out: 'y' })
    const { inputs } = await plan(['b.fits', '--inputs', '-', '--increase-by=2'], { input })
    expect(inputs).toEqual({ input_files: [reference('b.fits')], increase_by: 2, label: 'x', out: 'y', count: 1 })
  })

  test('may name other folders, which --root allows', async () => {
    const { folder, plan } = await prepared()
    const input = JSON.stringify({ input_files: [{ source: 'local', root: 'night1', basename: 'c.fits' }] })
    expect((await plan(['--inputs', '-'], { input })).stderr).toContain("there is no root folder 'night1'")
    const { inputs } = await plan(['--inputs', '-', '--root', `night1=${folder}/sub`, '--root', 'other=.'], { input })
    expect(inputs.input_files).toEqual([{ source: 'local', root: 'night1', basename: 'c.fits' }])
    expect((await plan(['a.fits', '--root', 'night1'])).stderr).toContain(
      "--root is 'night1'. Give a name and a folder",
    )
    expect((await plan([''])).stderr).toContain('The name of a file is empty. Name a file, or leave it out.')
    const nowhere = await plan(['a.fits', '--root', 'night1=nowhere'])
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--root: there is no folder nowhere.') })
  })

  test.each([
    ['../a.fits', 'basename is "../a.fits"; give a relative name'],
    ['sub/../../a.fits', 'give a relative name'],
    ['/etc/passwd', 'give a relative name'],
    ['a\u0000.fits', 'give a relative name'],
    ['', 'item 1, basename'],
    ['no.fits', 'item 1: no.fits does not exist. Check its name.'],
    ['sub', 'item 1: sub is a folder.'],
    ['out.fits', 'item 1: out.fits lies outside its root folder.'],
    [{ source: 'archive', basename: 'a.fits' }, "there is no source 'archive' here; use 'local', 'datalab'."],
    [7, 'item 1 is 7; give an object.'],
  ])('refuse %j', async (file, message) => {
    const { folder, plan } = await prepared()
    await symlink('/etc/passwd', join(folder, 'out.fits'))
    const { code, stderr } = await plan(['--inputs', '-'], { input: JSON.stringify({ input_files: [file] }) })
    expect(stderr).toContain(message)
    expect(stderr).toContain('Input Files (input_files)')
    expect(code).toBe(2)
  })

  test.each([
    ['{"input_files": [],}', 'The standard input is not JSON at line 1, column 20'],
    ['[]', 'is a list; give an object.'],
    ['{"input_files": ["a.fits"], "foo": 1}', 'There is no input "foo"; leave it out'],
    ['{"input_files": ["a.fits"], "__proto__": {"label": "x"}}', 'is a name that is not allowed'],
    ['{"constructor": 1}', 'constructor'],
  ])('refuse %s', async (input, message) => {
    const { plan } = await prepared()
    const { code, stdout, stderr } = await plan(['--inputs', '-'], { input })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('refuse a text without end', async () => {
    const { plan } = await prepared()
    const { code, stderr } = await plan(['--inputs', '-'], { input: ' '.repeat(2 ** 25 + 1) })
    expect(code).toBe(2)
    expect(stderr).toContain('The standard input is too long for inputs.')
  })

  test.each([
    ['none.json', 'none.json does not exist. Check its name.'],
    ['sub', 'sub is a folder. Give a JSON file.'],
  ])('from %s', async (name, message) => {
    const { plan } = await prepared()
    const { code, stderr } = await plan(['--inputs', name])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

test('key prints the key alone', async () => {
  const { folder } = await prepared()
  const { code, stdout, stderr } = await runMain(['key', 'echo-it', 'a.fits'], { cwd: folder, offers })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[0-9a-f]{64}\n$/)
})
