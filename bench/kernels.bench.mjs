// The kernels for pixels: each against the plain reference, and all against a copy of the memory. Frames are of 4096 x 4096 pixels, which the
// kernels get in bands that fit the cache of the processor, as those who read files give them.
import { loadKernels, maxRiceBytes, NO_SCALE, referenceKernels } from '@datalab/pixels'
import { benchmark } from './harness/benchmark.mjs'
import { noisyRow } from './harness/noisy-row.mjs'
import { collected } from './harness/sampling.mjs'

const SIDE = 4096
const FRAME = SIDE * SIDE

/** Bands of all frames together, in bytes. */
const BAND_BYTES = 2 ** 20

/** The reference is slow: only such a part of a frame is measured. */
const REFERENCE_PART = 1 / 1024

const RICE = { bytepix: 4, blocksize: 32 }
const UINT16 = { bytepix: 2, blocksize: 32 }

await benchmark(import.meta.url, 'kernels for pixels, by frames of 4096 x 4096', measure)

async function measure(report) {
  const simd = loadKernels({ arenaBytes: 8 * 2 ** 20 })
  const reference = referenceKernels({ arenaBytes: 8 * 2 ** 20 })
  if (simd.implementation !== 'simd') report.note('this machine has no WebAssembly SIMD: all is the reference')
  await copying(report)
  for (const { what, target, prepare } of [...bytes(), ...rice(), ...medians(), ...others()]) {
    simd.arena.release()
    reference.arena.release()
    report.row(what, await frameTimes(prepare(simd), 1), { unit: 'ms', target, isOfFirst: true })
    report.row(`${what}, plain`, await frameTimes(prepare(reference), REFERENCE_PART), { unit: 'ms', isOfFirst: true })
  }
}

async function copying(report) {
  const from = new Float32Array(FRAME).fill(1)
  const into = new Float32Array(FRAME)
  report.row('copy 64 MiB', await collected(() => timed(() => into.set(from)), { samples: 9, warmUp: 2 }), {
    unit: 'ms',
  })
}

/** How long some work, on so many pixels at a time, takes for a frame. */
async function frameTimes({ work, pixels }, part) {
  const times = Math.max(1, Math.round((FRAME * part) / pixels))
  const measureOnce = () => {
    const taken = timed(() => {
      for (let time = 0; time < times; time++) work(time)
    })
    return (taken * FRAME) / (times * pixels)
  }
  return collected(measureOnce, { samples: 5, warmUp: 2 })
}

function timed(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

function bytes() {
  const scaled = { bscale: 1.5, bzero: 3, blank: undefined }
  const uint16 = { bscale: 1, bzero: 32_768, blank: undefined }
  return [
    {
      what: 'swap bytes of float32',
      target: 8.5,
      prepare: (kernels) => {
        const band = kernels.arena.allocate('uint8', BAND_BYTES).fill(1)
        return { pixels: BAND_BYTES / 4, work: () => kernels.swapBytes(band, 4, band) }
      },
    },
    decoding('uint16 to float32', 16, uint16),
    decoding('float32 with a scale', -32, scaled),
    decoding('int32 with a scale to float32', 32, scaled),
    encoding('float32', -32, NO_SCALE),
    encoding('float32 as uint16', 16, uint16),
  ]
}

function decoding(name, bitpix, scale) {
  return {
    what: `decode ${name}`,
    prepare: (kernels) => {
      const pixels = BAND_BYTES / 8
      const stored = kernels.arena.allocate('uint8', (pixels * Math.abs(bitpix)) / 8).fill(1)
      const into = kernels.arena.allocate('float32', pixels)
      return { pixels, work: () => kernels.decodePixels(stored, bitpix, scale, into) }
    },
  }
}

function encoding(name, bitpix, scale) {
  return {
    what: `encode ${name}`,
    prepare: (kernels) => {
      const pixels = BAND_BYTES / 8
      const values = placed(kernels, 'float32', noisyRow(pixels, 1))
      const into = kernels.arena.allocate('uint8', (pixels * Math.abs(bitpix)) / 8)
      return { pixels, work: () => kernels.encodePixels(values, bitpix, scale, into) }
    },
  }
}

function rice() {
  const quantizing = { level: 4, dithering: 'SUBTRACTIVE_DITHER_1', seed: 5 }
  return [
    {
      what: 'Rice to float32, quantised, dithered',
      target: 71,
      prepare: (kernels) => {
        const tiles = quantisedTiles(kernels, quantizing)
        const into = kernels.arena.allocate('float32', SIDE)
        return {
          pixels: SIDE,
          work: (time) => {
            const { coded, quantization } = tiles[time % tiles.length]
            kernels.decodeRiceFloats(coded, RICE, quantization, into)
          },
        }
      },
    },
    {
      what: 'Rice to float32, uint16',
      target: 63,
      prepare: (kernels) => {
        const scale = { bscale: 1, bzero: 32_768, blank: undefined }
        const tiles = integerTiles(kernels)
        const into = kernels.arena.allocate('float32', SIDE)
        return {
          pixels: SIDE,
          work: (time) => kernels.decodeRiceScaled(tiles[time % tiles.length], UINT16, scale, into),
        }
      },
    },
    {
      what: 'quantise and Rice-code float32',
      target: 112,
      prepare: (kernels) => {
        const rows = Array.from({ length: 16 }, (_, row) => placed(kernels, 'float32', noisyRow(SIDE, row)))
        const integers = kernels.arena.allocate('int32', SIDE)
        const coded = kernels.arena.allocate('uint8', maxRiceBytes(SIDE, RICE))
        return {
          pixels: SIDE,
          work: (time) => {
            kernels.quantize(rows[time % rows.length], { ...quantizing, dithering: 'NO_DITHER' }, integers)
            kernels.encodeRice(integers, RICE, coded)
          },
        }
      },
    },
  ]
}

function quantisedTiles(kernels, quantizing) {
  return Array.from({ length: 16 }, (_, row) => {
    const integers = new Int32Array(SIDE)
    const quantization = kernels.quantize(noisyRow(SIDE, row), { ...quantizing, seed: row }, integers)
    return { quantization, coded: codedTile(kernels, integers, RICE) }
  })
}

function integerTiles(kernels) {
  return Array.from({ length: 16 }, (_, row) => {
    return codedTile(
      kernels,
      Int32Array.from(noisyRow(SIDE, row), (value) => Math.round(value) - 32_768),
      UINT16,
    )
  })
}

function codedTile(kernels, integers, coding) {
  const bytes = new Uint8Array(maxRiceBytes(integers.length, coding))
  return placed(kernels, 'uint8', bytes.subarray(0, kernels.encodeRice(integers, coding, bytes)))
}

function placed(kernels, type, values) {
  const array = kernels.arena.allocate(type, values.length)
  array.set(values)
  return array
}

function medians() {
  const targets = { 5: 32, 11: 70, 25: 323 }
  return [
    ...[2, 5, 8, 11, 16, 25, 51, 101].map((count) => combining('float32', count, targets[count])),
    ...[5, 11, 25].map((count) => combining('uint16', count)),
    ...[5, 25].map((count) => combining('float64', count)),
    statistic('mean', 11, (kernels, planes, into) => kernels.reduce('mean', planes, into)),
    statistic('standard deviation', 11, (kernels, planes, into) => kernels.reduce('deviation', planes, into)),
    statistic('clipped mean', 11, (kernels, planes, into) => kernels.clippedMean(planes, into)),
  ]
}

function combining(type, count, target) {
  const median = (kernels, planes, into) => kernels.median(planes, into, { isBigEndian: true })
  return { ...statistic('median', count, median, type), target }
}

function statistic(name, count, combine, type = 'float32') {
  return {
    what: `${name} of ${count} ${type}`,
    prepare: (kernels) => {
      const size = { uint16: 2, float32: 4, float64: 8 }[type]
      const pixels = Math.max(1024, Math.floor(BAND_BYTES / size / count / 1024) * 1024)
      const planes = kernels.arena.allocatePlanes(type, count, pixels)
      for (const [index, plane] of planes.entries()) {
        plane.set(noisyRow(pixels, index))
        const stored = new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength)
        if (name === 'median') kernels.swapBytes(stored, size, stored)
      }
      const into = kernels.arena.allocate(type === 'float64' ? 'float64' : 'float32', pixels)
      return { pixels, work: () => combine(kernels, planes, into) }
    },
  }
}

function others() {
  const pixels = BAND_BYTES / 4
  const image = (kernels) => placed(kernels, 'float32', noisyRow(pixels, 1))
  const limits = { low: 950, high: 1200 }
  const work = (what, start) => ({ what, prepare: (kernels) => ({ pixels, work: start(kernels, image(kernels)) }) })
  return [
    work('add a number to float32', (kernels, values) => () => kernels.calculate('add', values, 0.1, values)),
    work('divide float32 by float32', (kernels, values) => {
      const into = kernels.arena.allocate('float32', pixels)
      return () => kernels.calculate('divide', values, values, into)
    }),
    ...['linear', 'asinh'].map((curve) =>
      work(`stretch to 8 bits, ${curve}`, (kernels, values) => {
        const into = kernels.arena.allocate('uint8', pixels)
        return () => kernels.stretch(values, { ...limits, curve }, into)
      }),
    ),
    work('stretch to 16 bits, linear', (kernels, values) => {
      const into = kernels.arena.allocate('uint16', pixels)
      return () => kernels.stretch(values, limits, into)
    }),
    work('value at the middle rank', (kernels, values) => () => kernels.orderStatistic(values, pixels / 2)),
    work('count finite values', (kernels, values) => () => kernels.countFinite(values)),
    work('histogram', (kernels, values) => {
      const counts = new Uint32Array(256)
      return () => kernels.histogram(values, limits.low, limits.high, counts)
    }),
    work('shrink 8 bits to a twentieth', (kernels, values) => {
      const grey = kernels.arena.allocate('uint8', pixels)
      kernels.stretch(values, limits, grey)
      const size = { width: SIDE, height: pixels / SIDE }
      const small = { width: 204, height: 3 }
      const into = new Uint8Array(small.width * small.height)
      return () => kernels.shrink(grey, size, into, small)
    }),
    work('grey blocks of a JPEG, quality 80', (kernels, values) => {
      const grey = new Uint8Array(pixels)
      kernels.stretch(values, limits, grey)
      const into = new Uint8Array(8 * SIDE * 8)
      return () => {
        for (let at = 0; at < pixels; at += 8 * SIDE) kernels.encodeBlocks(grey.subarray(at, at + 8 * SIDE), 80, into)
      }
    }),
    work('add light', (kernels, values) => {
      const light = kernels.arena.allocate('float32', pixels).fill(0)
      return () => kernels.addLight(values, limits, 0.5, light)
    }),
  ]
}
