import { linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { MachineHost, machineFolder } from './fixtures/machine.js'

const COUNT = 25
const SIZE = 2048

/** So many images of 16 MB, by three that are there under several names. */
async function bigFrames(folder: string) {
  const frames = join(folder, 'frames')
  mkdirSync(frames)
  for (let index = 0; index < 3; index++) {
    const data = new Float32Array(SIZE * SIZE).map((_, pixel) => (pixel * (index + 7)) % 1009)
    await writeImage(join(frames, `${index}.fits`), { data, width: SIZE, height: SIZE })
  }
  for (let index = 3; index < COUNT; index++) linkSync(join(frames, `${index % 3}.fits`), join(frames, `${index}.fits`))
  return readdirSync(frames).map((basename) => ({ source: 'local', root: 'frames', basename }))
}

describe.each(['inline', 'processes'] as const)('a Median of 25 big images, %s', { timeout: 60_000 }, (executor) => {
  test.each(['Opening the images', `Combining ${COUNT} images`])(
    'is cancelled in less than a second: %s',
    async (message) => {
      const folder = machineFolder()
      const input_files = await bigFrames(folder)
      const host = await MachineHost.start(folder, executor)
      const [key = ''] = await host.submit('Median', { input_files })
      expect(await host.told(0, message)).toBe(true)
      const start = performance.now()
      await host.cancel(0)
      expect(performance.now() - start).toBeLessThan(1000)
      expect(await host.results()).toEqual(['DATALAB_ABORTED'])
      expect(await host.get(key)).toMatchObject({ status: 'CANCELLED', output: null })
      const objects = readdirSync(join(folder, 'results'), { recursive: true, withFileTypes: true })
      expect(objects.filter((entry) => entry.isFile())).toEqual([])
    },
  )
})
