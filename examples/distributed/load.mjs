import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { starField } from '@datalab/testing'

const SIZE = 256
const FRAMES = 7

/** Writes the frames of a night; resolves with their pixels, which {@link expectedPixels} is told. */
export async function writeFrames(folder) {
  const frames = Array.from({ length: FRAMES }, (_, exposure) =>
    starField({ seed: 5, exposure, width: SIZE, height: SIZE, satellite: exposure === 2 }),
  )
  for (const [index, frame] of frames.entries()) await writeImage(join(folder, nameOf(index)), frame)
  return frames.map(({ data }) => data)
}

/** Jobs of four operations, no two of them the same: `take` has the numbers of the frames, and `operation` and `inputs` are what a host is told. */
export function mixedLoad() {
  const windows = Array.from({ length: FRAMES - 2 }, (_, first) => [first, first + 1, first + 2])
  const pairs = Array.from({ length: FRAMES }, (_, index) => [index, (index + 1) % FRAMES])
  return [
    ...windows.map((take) => job('Median', take)),
    ...windows.map((take) => job('Stacking', take, { stacking_mode: 'mean' })),
    ...pairs.map(([one, other]) => job('Subtraction', [one], { subtraction_file: [file(other)] })),
    ...Array.from({ length: 9 }, (_, index) =>
      job('Increase Brightness', [index % FRAMES], { increase_by: index + 1 }),
    ),
  ]
}

/** The pixels that the first result of a job has to have. */
export function expectedPixels({ operation, take, inputs }, frames) {
  const taken = take.map((index) => frames[index])
  const [first] = taken
  if (operation === 'Increase Brightness') return first.map((value) => value + inputs.increase_by)
  if (operation === 'Subtraction') {
    const other = frames[indexOf(inputs.subtraction_file[0])]
    return first.map((value, pixel) => value - other[pixel])
  }
  return first.map((_, pixel) => {
    const values = taken.map((frame) => frame[pixel]).sort((a, b) => a - b)
    return operation === 'Median' ? values[1] : (values[0] + values[1] + values[2]) / 3
  })
}

function job(operation, take, more = {}) {
  return { operation, take, inputs: { input_files: take.map(file), ...more } }
}

function file(index) {
  return { source: 'local', root: 'night', basename: nameOf(index) }
}

function nameOf(index) {
  return `frame-${index}.fits`
}

function indexOf({ basename }) {
  return Number(/\d+/.exec(basename)[0])
}
