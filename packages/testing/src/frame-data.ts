import { type CardValue, Header, type ImageToWrite } from '@datalab/fits'

/** An image for a test: rows of numbers, of which row 0 is the bottom of the picture, or pixels in an array with their size. */
export type TestFrame =
  | readonly (readonly number[])[]
  | (Pick<ImageToWrite, 'data' | 'width' | 'height'> & {
      readonly header?: Header | Readonly<Record<string, CardValue>> | undefined
    })

/** The frame as what FITS is written from. Rows of numbers become float64, which holds every one of them. */
export function imageOf(name: string, frame: TestFrame): ImageToWrite {
  if ('data' in frame) {
    const { data, width, height, header } = frame
    return { data, width, height, ...(header === undefined ? {} : { header: headerOf(header) }) }
  }
  const width = frame[0]?.length ?? 0
  if (width === 0) throw new TypeError(`The frame '${name}' has no pixels; give rows of numbers.`)
  const odd = frame.findIndex((row) => row.length !== width)
  if (odd !== -1)
    throw new TypeError(
      `Row ${odd} of the frame '${name}' has ${frame[odd]?.length} pixels, row 0 has ${width}; make them equal.`,
    )
  return { data: Float64Array.from(frame.flat()), width, height: frame.length }
}

function headerOf(header: Header | Readonly<Record<string, CardValue>>): Header {
  if (header instanceof Header) return header
  return Object.entries(header).reduce((made, [keyword, value]) => made.set(keyword, value), new Header())
}
