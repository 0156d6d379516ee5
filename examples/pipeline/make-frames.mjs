import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Header, writeImage } from '@datalab/fits'
import { starField } from '@datalab/testing'
import { camera, exposed } from './camera.mjs'

const BIAS_FRAMES = 9
const FLAT_FRAMES = 5
const SCIENCE_FRAMES = 12
const STARTED = Date.UTC(2025, 2, 21, 3, 12, 0)

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'frames'))
const detector = camera()
const { width, height } = detector
await mkdir(folder, { recursive: true })

for (let n = 1; n <= BIAS_FRAMES; n++) await write('bias', n, 0, new Float64Array(width * height))
for (let n = 1; n <= FLAT_FRAMES; n++)
  await write('flat', n, 2, new Float64Array(width * height).fill(18_000 + 900 * n))
for (let n = 1; n <= SCIENCE_FRAMES; n++) await write('science', n, 60, sky(n))
console.log(`${BIAS_FRAMES} bias, ${FLAT_FRAMES} flat and ${SCIENCE_FRAMES} science frames are in ${folder}`)

/**
 * One field of stars, with other cosmic rays each time.
 *
 * @param {number} exposure
 */
function sky(exposure) {
  return starField({ seed: 3, exposure, width, height, stars: 40, sky: 400, noise: false, cosmicRays: 15 }).data
}

/**
 * @param {'bias' | 'flat' | 'science'} kind
 * @param {number} number
 * @param {number} seconds
 * @param {ArrayLike<number>} light
 */
async function write(kind, number, seconds, light) {
  const index = { bias: 0, flat: 100, science: 200 }[kind] + number
  const header = new Header()
    .set('OBSTYPE', { bias: 'BIAS', flat: 'SKYFLAT', science: 'EXPOSE' }[kind])
    .set('DATE-OBS', new Date(STARTED + index * 75_000).toISOString().slice(0, -1), '[UTC] start of the exposure')
    .set('EXPTIME', seconds, '[s] exposure time')
    .set('FILTER', 'rp')
  const name = `${kind}-${String(number).padStart(2, '0')}.fits`
  await writeImage(join(folder, name), { data: exposed(detector, light, index), width, height, header })
}
