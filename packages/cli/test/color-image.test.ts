import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { runMain, temporaryFolder } from './run-main.js'

test('makes a picture of two frames, from inputs in a file', async () => {
  const folder = await temporaryFolder()
  for (const name of ['a', 'b'])
    await writeImage(join(folder, `${name}.fits`), { data: Float32Array.of(1, 2, 3, 4), width: 2, height: 2 })
  const channels = [
    { basename: 'a.fits', source: 'local', root: 'here', color: { r: 255, g: 0, b: 0 } },
    { basename: 'b.fits', source: 'local', root: 'here', color: { r: 0, g: 0, b: 255 }, zmin: 0, zmax: 4 },
  ]
  await writeFile(join(folder, 'inputs.json'), JSON.stringify({ color_channels: channels }))
  const argv = ['run', 'color-image', '--inputs', 'inputs.json', '--root', 'here=.', '--out', 'out', '--json']
  const { code, stdout, stderr } = await runMain(argv, { cwd: folder })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { key, warnings } = JSON.parse(stdout) as { key: string; warnings: string[] }
  expect(warnings).toEqual([expect.stringMatching(/^Color channel 2 \(b\.fits\) is not aligned to the first/)])
  const name = join(folder, 'out', `color-image-${key.slice(0, 8)}`)
  const beginnings = await Promise.all(
    ['.tif', '-large.jpg', '-small.jpg'].map((suffix) => readFile(`${name}${suffix}`)),
  )
  expect(beginnings.map((bytes) => bytes.toString('latin1', 0, 2))).toEqual(['II', '\u00ff\u00d8', '\u00ff\u00d8'])
})

test('takes colors and limits behind the files, and gives them the same job', async () => {
  const folder = await temporaryFolder()
  for (const name of ['a', 'b,zmin=1']) await writeFile(join(folder, `${name}.fits`), name)
  await writeFile(join(folder, 'c'), 'c')
  const plan = async (...argv: string[]) => {
    const { stdout, stderr } = await runMain(['plan', 'color-image', '--json', ...argv], { cwd: folder })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as { key: string; inputs: { color_channels: { basename: string }[] } }
  }
  const [red, blue, green] = ['color=255:0:0', 'color=0:0:255,zmin=-3,zmax=4', 'color=0:255:0']
  const written = await plan(`a.fits,${red}`, '--color-channels', `b,zmin=1.fits,${blue}`, `c,zmin=1,${green}`)
  const { color_channels } = written.inputs
  expect(color_channels).toMatchObject([
    { basename: 'a.fits', color: { r: 255, g: 0, b: 0 } },
    { basename: 'b,zmin=1.fits', color: { r: 0, g: 0, b: 255 }, zmin: -3, zmax: 4 },
    { basename: 'c', color: { r: 0, g: 255, b: 0 }, zmin: 1 },
  ])
  await writeFile(join(folder, 'inputs.json'), JSON.stringify(written.inputs))
  expect((await plan('--inputs', 'inputs.json', '--root', `here=${folder}`)).key).toBe(written.key)
})

test('its help says how a color is written', async () => {
  const { stdout } = await runMain(['run', 'color-image', '--help'])
  expect(stdout).toContain('--color-channels FILE,color=R:G:B[,zmin=NUMBER][,zmax=NUMBER]...')
})
