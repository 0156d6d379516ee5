// The median of frames that are in memory, so often, on this thread: arrays.mjs OUTPUT TIMES FRAME...
// Prints the seconds that one time takes; OUTPUT becomes the result as float32 image.
import { readImage, writeImage } from '@datalab/fits'
import { combine } from '@datalab/pixels'
import { repeated } from './repeated.mjs'

const [output, times, ...paths] = process.argv.slice(2)
const images = await Promise.all(paths.map((path) => readImage(path)))
const [{ width, height }] = images
const frames = images.map(({ data }) => ({
  readBand: ({ from, to }, into) => into.set(data.subarray(from * width, to * width)),
}))
const { result, taken } = await repeated(median, Number(times))
await writeImage(output, { data: result, width, height })
console.log(JSON.stringify(taken))

async function median() {
  const data = new Float32Array(width * height)
  const write = ({ from }, values) => data.set(values, from * width)
  await combine(frames, { method: 'median', width, height, write, workers: 0 })
  return data
}
