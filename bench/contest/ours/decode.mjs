// Decodes a packed frame to float32, so often, on this thread and into the same memory: decode.mjs OUTPUT TIMES FRAME
// Prints the seconds that one time takes; OUTPUT becomes the pixels, in the machine's byte order.
import { writeFile } from 'node:fs/promises'
import { findImage, openFits } from '@datalab/fits'
import { repeated } from './repeated.mjs'

const [output, times, frame] = process.argv.slice(2)
let memory
const { result, taken } = await repeated(decode, Number(times))
await writeFile(output, new Uint8Array(result.buffer, result.byteOffset, result.byteLength))
console.log(JSON.stringify(taken))

async function decode() {
  const fits = await openFits(frame)
  try {
    const image = findImage(fits)
    memory ??= new Float32Array(image.width * image.height)
    return await image.readRows(0, image.height, memory)
  } finally {
    await fits.close()
  }
}
