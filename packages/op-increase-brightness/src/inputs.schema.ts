// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { IncreaseBrightnessInputs } from './inputs.js'

export const inputSchema: InputSchema<IncreaseBrightnessInputs> = {
  "description": "What Increase Brightness takes.",
  "type": "object",
  "properties": {
    "input_files": {
      "title": "Image to Brighten",
      "description": "A image to increase it's brightness",
      "type": "array",
      "minItems": 1,
      "maxItems": 999,
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
    "increase_by": {
      "title": "Value to brighten by",
      "description": "Value to add to the image",
      "type": "number"
    }
  },
  "required": [
    "increase_by",
    "input_files"
  ],
  "additionalProperties": false
}
