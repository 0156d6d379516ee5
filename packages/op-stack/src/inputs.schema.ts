// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { StackingInputs } from './inputs.js'

export const inputSchema: InputSchema<StackingInputs> = {
  "description": "What Stacking takes.",
  "type": "object",
  "properties": {
    "input_files": {
      "title": "Input Files",
      "description": "The input files to operate on",
      "type": "array",
      "minItems": 2,
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
    "stacking_mode": {
      "title": "Stacking Mode",
      "description": "Choose simple stacking or reprojection before stacking",
      "type": "string",
      "enum": [
        "simple",
        "reproject",
        "mean",
        "sigma-clip"
      ],
      "default": "simple"
    }
  },
  "required": [
    "input_files"
  ],
  "additionalProperties": false
}
