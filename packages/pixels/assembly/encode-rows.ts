// Rows of floats, quantised and coded one after the other: what `measureNoise`, a plan as cfitsio makes it, and the coding do, in one call.
import { measureNoise } from './noise'
import { quantizeDithered, quantizePlain } from './quantize'
import { encodeRice32 } from './rice-encode'

const RANDOM_COUNT: i32 = 10000
const BLOCKSIZE: i32 = 32

/** The standard deviations of normally distributed noise, in medians of differences. */
const SECOND_TO_SIGMA: f64 = 1.0483579
const THIRD_TO_SIGMA: f64 = 0.6052697
const FIFTH_TO_SIGMA: f64 = 0.1772048

const MAX_INTEGER: f64 = 2147483647
const QUANTIZED_NAN: f64 = -2147483647
const RESERVED: f64 = 10

const NO_DITHER: i32 = 0
const SUBTRACTIVE_DITHER_2: i32 = 2

let scale: f64 = 0
let zero: f64 = 0

/** Decides how a row becomes integers, by what `measureNoise` left: sets `scale` and `zero`. Returns whether it can. */
function plan(noise: usize, count: i32, level: f64, dithering: i32): bool {
  const valid = <i32>load<f64>(noise)
  const least = valid == 0 ? 0 : load<f64>(noise, 8)
  const greatest = valid == 0 ? 1 : load<f64>(noise, 16)
  scale = level < 0 ? -level : (valid == 0 ? 1 : sigmaOf(noise)) / (level == 0 ? 4 : level)
  const steps = (greatest - least) / scale
  if (count < 2 || !(scale > 0) || !(steps <= 2 * MAX_INTEGER - RESERVED)) return false
  if (valid != count || dithering == SUBTRACTIVE_DITHER_2) zero = least - scale * (QUANTIZED_NAN + RESERVED)
  else if (steps < MAX_INTEGER - RESERVED) zero = trunc(least / scale + 0.5) * scale
  else zero = <f64>(<f32>(least + greatest)) / 2
  return true
}

/** The smallest of the estimates of the noise that there are. */
function sigmaOf(noise: usize): f64 {
  let sigma = THIRD_TO_SIGMA * load<f64>(noise, 32)
  const second = SECOND_TO_SIGMA * load<f64>(noise, 24)
  const fifth = FIFTH_TO_SIGMA * load<f64>(noise, 40)
  if (second != 0 && second < sigma) sigma = second
  if (fifth != 0 && fifth < sigma) sigma = fifth
  return sigma
}

/**
 * Quantises and codes `rows` rows of `width` floats to `to`, one behind the other, and tells of each its scale and zero, and how many bytes it
 * has: 0 where it cannot be quantised, or would not become smaller. Returns the number of all bytes.
 *
 * `table` gets all scales, then all zeros, then all lengths. `to` has room for the rows as floats, and for what one may take coded besides: `codedRoom`
 * bytes, and 8 more.
 * `work` has room for four times as many floats as a row has, and 16 more in each, for a block of integers, and for eight doubles.
 */
export function encodeRows(from: usize, width: i32, rows: i32, to: usize, table: usize, work: usize, codedRoom: usize, level: f64, dithering: i32, seed: i32, randoms: usize): i32 {
  const rowBytes = <usize>width << 2
  const codes = work + 64
  const integers = codes + (BLOCKSIZE << 2)
  const zeros = table + (<usize>rows << 3)
  const lengths = zeros + (<usize>rows << 3)
  let out = to
  for (let row = 0; row < rows; row++, from += rowBytes) {
    measureNoise(from, width, work, integers)
    let length = 0
    if (plan(work, width, level, dithering)) {
      if (dithering == NO_DITHER) quantizePlain(from, integers, width, scale, zero)
      else quantizeDithered(from, integers, width, scale, zero, dithering == SUBTRACTIVE_DITHER_2, seed, randoms)
      length = encodeRice32(integers, width, out, codedRoom, BLOCKSIZE, codes)
      if (<usize>length >= rowBytes) length = 0
    } else {
      scale = 0
      zero = 0
    }
    store<f64>(table + (<usize>row << 3), scale)
    store<f64>(zeros + (<usize>row << 3), zero)
    store<i32>(lengths + (<usize>row << 2), length)
    out += length
    seed = seed + 1 == RANDOM_COUNT ? 0 : seed + 1
  }
  return <i32>(out - to)
}
