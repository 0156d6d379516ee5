// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { ColorImageInputs } from './inputs.js'

export const inputSchema: InputSchema<ColorImageInputs> = {
  "description": "What Color Image takes.",
  "type": "object",
  "properties": {
    "color_channels": {
      "title": "Color Channel",
      "description": "Image for a channel of the color image",
      "wizard": {
        "include_custom_scale": true,
        "color_picker": true
      },
      "type": "array",
      "minItems": 1,
      "maxItems": 6,
      "items": {
        "description": "A FITS file, the color it is shown in, and which of its values are shown.",
        "wizard_type": "fits",
        "type": "object",
        "properties": {
          "color": {
            "description": "What the brightest of its pixels look like.",
            "type": "object",
            "properties": {
              "r": {
                "description": "Red",
                "type": "number",
                "minimum": 0,
                "maximum": 255
              },
              "g": {
                "description": "Green",
                "type": "number",
                "minimum": 0,
                "maximum": 255
              },
              "b": {
                "description": "Blue",
                "type": "number",
                "minimum": 0,
                "maximum": 255
              }
            },
            "required": [
              "b",
              "g",
              "r"
            ],
            "additionalProperties": true
          },
          "zmin": {
            "description": "The value shown black; that of zscale without one.",
            "type": "number"
          },
          "zmax": {
            "description": "The value shown in the full color; that of zscale without one.",
            "type": "number"
          },
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
          "color",
          "source"
        ],
        "additionalProperties": true
      }
    }
  },
  "required": [
    "color_channels"
  ],
  "additionalProperties": false
}
