import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Header, writeImage } from '@datalab/fits'
import { Random } from './random.mjs'
import { CAMERA, cosmicRays, expose, makeScene, noiseOf, satelliteTrail } from './star-field.mjs'

/** @import { Scene } from './star-field.mjs' */

const SIZE = 1024
const EXPOSURE_SECONDS = 60
const SECONDS_BETWEEN_STARTS = 75
const STARTED = Date.UTC(2025, 2, 21, 3, 12, 0)
const ARCSECONDS_PER_PIXEL = 0.74

/**
 * What was put into the frames, to hold the result against.
 *
 * @typedef {object} Truth
 * @property {Scene} scene
 * @property {string[]} files names of the frames
 * @property {number} trailFrame which of them, from 0, the satellite crosses
 * @property {number[]} trailPixels where its trail stands out of the noise, and no cosmic ray of that frame does
 * @property {number[][]} rayPixels for each frame, where cosmic rays stand out of the noise
 */

/**
 * Makes exposures of one star field and writes them as a camera would: 16 bits unsigned, one FITS file each. The same seed makes the same bytes.
 *
 * @param {string} folder made where it does not exist
 * @param {{ count: number, trailFrame: number, seed: number }} options
 * @returns {Promise<Truth>}
 */
export async function writeFrames(folder, { count, trailFrame, seed }) {
  await mkdir(folder, { recursive: true })
  const scene = makeScene({ width: SIZE, height: SIZE, stars: 1000, seed })
  const trail = satelliteTrail(scene)
  const files = []
  const rayPixels = []
  for (let index = 0; index < count; index++) {
    const random = new Random(seed + 1 + index)
    const rays = cosmicRays(scene, 150, random)
    const data = expose(scene, index === trailFrame ? [rays, trail] : [rays], random)
    const file = `frame-${index + 1}.fits`
    await writeImage(join(folder, file), { data, width: SIZE, height: SIZE, header: headerOf(index) })
    files.push(file)
    rayPixels.push(standingOut(rays, scene))
  }
  const hit = new Set(rayPixels[trailFrame])
  const trailPixels = standingOut(trail, scene).filter((pixel) => !hit.has(pixel))
  return { scene, files, trailFrame, trailPixels, rayPixels }
}

/**
 * The pixels to which so much was added that no noise could hide it.
 *
 * @param {Float32Array} added electrons
 * @param {Scene} scene
 */
function standingOut(added, { electrons }) {
  const pixels = []
  for (let i = 0; i < added.length; i++) {
    if (added[i] > 10 * CAMERA.gain * noiseOf(electrons[i])) pixels.push(i)
  }
  return pixels
}

/** @param {number} index */
function headerOf(index) {
  const start = new Date(STARTED + index * SECONDS_BETWEEN_STARTS * 1000).toISOString().slice(0, -1)
  const centre = (SIZE + 1) / 2
  const degrees = ARCSECONDS_PER_PIXEL / 3600
  return new Header()
    .set('OBJECT', 'DataLab demo field', 'made up, as all of this frame')
    .set('OBSTYPE', 'EXPOSE')
    .set('DATE-OBS', start, '[UTC] start of the exposure')
    .set('EXPTIME', EXPOSURE_SECONDS, '[s] exposure time')
    .set('FILTER', 'rp', 'SDSS r prime')
    .set('GAIN', CAMERA.gain, '[electron/adu]')
    .set('RDNOISE', CAMERA.readNoise, '[electron] read noise')
    .set('BIASLVL', CAMERA.bias, '[adu] mean of an unexposed pixel')
    .set('SATURATE', 65535, '[adu]')
    .set('BUNIT', 'adu')
    .set('RADESYS', 'ICRS')
    .set('CTYPE1', 'RA---TAN')
    .set('CTYPE2', 'DEC--TAN')
    .set('CUNIT1', 'deg')
    .set('CUNIT2', 'deg')
    .set('CRPIX1', centre)
    .set('CRPIX2', centre)
    .set('CRVAL1', 150.25, '[deg] right ascension of the centre')
    .set('CRVAL2', 2.2, '[deg] declination of the centre')
    .set('CD1_1', -degrees, 'east is left')
    .set('CD1_2', 0)
    .set('CD2_1', 0)
    .set('CD2_2', degrees, 'north is up')
}
