/** A color of sRGB in CIE L*a*b* under D65. */
function labOf([r, g, b]: readonly number[]): [number, number, number] {
  const [red, green, blue] = [r, g, b].map((value) => {
    const shown = (value as number) / 255
    return shown <= 0.04045 ? shown / 12.92 : ((shown + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
  const y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  const z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
  const [fx, fy, fz] = [x, y, z].map((value) =>
    value > 216 / 24_389 ? Math.cbrt(value) : (841 / 108) * value + 4 / 29,
  ) as [number, number, number]
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]
}

/**
 * How different two colors of sRGB look (bytes): the CIE 1976 difference in L*a*b*. 2.3 is just noticeable.
 *
 * Source: CIE 15:2004.
 */
export function deltaE(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [labOf(first), labOf(second)]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}
