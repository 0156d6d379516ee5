// Reads the header of a packed frame, so often: header.mjs OUTPUT TIMES FRAME
// Prints the seconds that one time takes; OUTPUT becomes the header's values.
import { writeFile } from 'node:fs/promises'
import { findImage, openFits } from '@datalab/fits'
import { repeated } from './repeated.mjs'

const [output, times, frame] = process.argv.slice(2)
const { result, taken } = await repeated(readHeader, Number(times))
await writeFile(output, JSON.stringify(Object.fromEntries(valuesOf(result))))
console.log(JSON.stringify(taken))

async function readHeader() {
  const fits = await openFits(frame)
  try {
    return findImage(fits).header
  } finally {
    await fits.close()
  }
}

function valuesOf(header) {
  const names = [...header].map(({ keyword }) => keyword).filter((keyword) => keyword.startsWith('K0'))
  return names.map((name) => [name, header.get(name)])
}
