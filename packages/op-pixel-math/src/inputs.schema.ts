// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { PixelMathInputs } from './inputs.js'

export const inputSchema: InputSchema<PixelMathInputs> = {
  "description": "What Pixel Math takes.",
  "type": "object",
  "properties": {
    "input_files": {
      "title": "Images a, b, c, ...",
      "description": "The images that the expression calls a, b, c and so on, in this order",
      "type": "array",
      "minItems": 1,
      "maxItems": 26,
      "items": {
        "description": "A FITS file to work on.",
        "wizard_type": "fits",
        "type": "object",
        "properties": {
          "basename": {
            "description": "Name of the file in its source: relative, with `/` between folders.",
            "type": "string",
            "format": "relative-name",
            "minLength": 1,
            "maxLength": 1024
          },
          "source": {
            "description": "Where the file comes from: the name of a source of the host, such as `local`, `archive` or `datalab`.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "root": {
            "description": "For the source `local`: the name of the root folder the file lies in.",
            "type": "string",
            "minLength": 1,
            "maxLength": 128
          }
        },
        "required": [
          "basename",
          "source"
        ],
        "additionalProperties": true
      }
    },
    "expression": {
      "title": "Expression, such as (a - median(b)) / c * 1.5",
      "description": "A formula for each pixel of the images, such as (a - median(b)) / c * 1.5",
      "type": "string",
      "minLength": 1
    }
  },
  "required": [
    "expression",
    "input_files"
  ],
  "additionalProperties": false
}
