// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { SubtractionInputs } from './inputs.js'

export const inputSchema: InputSchema<SubtractionInputs> = {
  "description": "What Subtraction takes.",
  "type": "object",
  "properties": {
    "input_files": {
      "title": "Input Files",
      "description": "The input files to operate on",
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
    "subtraction_file": {
      "title": "Subtraction File",
      "description": "This file will be subtracted from the input images.",
      "type": "array",
      "minItems": 1,
      "maxItems": 1,
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
    }
  },
  "required": [
    "input_files",
    "subtraction_file"
  ],
  "additionalProperties": false
}
