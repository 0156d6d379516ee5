// Generated from formats.ts by datalab-schema; do not edit.
import type { JsonSchema } from './input-schema.js'

/** The schema of each format, by the name of its type. */
export const formatSchemas: Readonly<Record<'FitsFile' | 'ImageFile' | 'Source' | 'TargetPositions' | 'Area', JsonSchema>> = {
  "FitsFile": {
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
  },
  "ImageFile": {
    "description": "A picture (JPEG, PNG, TIFF) to work on.",
    "wizard_type": "image",
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
  },
  "Source": {
    "description": "A fixed object in the sky.",
    "wizard_type": "source",
    "type": "object",
    "properties": {
      "name": {
        "description": "Name of the object.",
        "type": "string",
        "maxLength": 256
      },
      "ra": {
        "description": "Right ascension, ICRS, in decimal degrees.",
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 360
      },
      "dec": {
        "description": "Declination, ICRS, in decimal degrees.",
        "type": "number",
        "minimum": -90,
        "maximum": 90
      }
    },
    "required": [
      "dec",
      "ra"
    ],
    "additionalProperties": false
  },
  "TargetPositions": {
    "description": "One position of a fixed target, or several of a moving one.",
    "wizard_type": "target_positions",
    "type": "array",
    "items": {
      "description": "Where a target is, at a time where it moves.",
      "type": "object",
      "properties": {
        "ra": {
          "description": "Right ascension, ICRS, in decimal degrees.",
          "type": "number",
          "minimum": 0,
          "exclusiveMaximum": 360
        },
        "dec": {
          "description": "Declination, ICRS, in decimal degrees.",
          "type": "number",
          "minimum": -90,
          "maximum": 90
        },
        "mjd": {
          "description": "Modified Julian date (UTC) of the middle of the exposure, for a moving target.",
          "type": "number",
          "minimum": 0
        }
      },
      "required": [
        "dec",
        "ra"
      ],
      "additionalProperties": false
    }
  },
  "Area": {
    "description": "A part of an image, in pixels or in the sky.",
    "wizard_type": "area",
    "anyOf": [
      {
        "description": "A rectangle of pixels. The centre of the first pixel is (1, 1), as in FITS; edges are included.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "pixel"
          },
          "shape": {
            "type": "string",
            "const": "rectangle"
          },
          "x1": {
            "description": "Left edge, in pixels.",
            "type": "number"
          },
          "y1": {
            "description": "Lower edge, in pixels.",
            "type": "number"
          },
          "x2": {
            "description": "Right edge, in pixels.",
            "type": "number"
          },
          "y2": {
            "description": "Upper edge, in pixels.",
            "type": "number"
          }
        },
        "required": [
          "frame",
          "shape",
          "x1",
          "x2",
          "y1",
          "y2"
        ],
        "additionalProperties": false
      },
      {
        "description": "A circle of pixels. The centre of the first pixel is (1, 1), as in FITS.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "pixel"
          },
          "shape": {
            "type": "string",
            "const": "circle"
          },
          "x": {
            "type": "number"
          },
          "y": {
            "type": "number"
          },
          "radius": {
            "description": "In pixels.",
            "type": "number",
            "exclusiveMinimum": 0
          }
        },
        "required": [
          "frame",
          "radius",
          "shape",
          "x",
          "y"
        ],
        "additionalProperties": false
      },
      {
        "description": "A polygon of pixels, closed by itself. The centre of the first pixel is (1, 1), as in FITS.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "pixel"
          },
          "shape": {
            "type": "string",
            "const": "polygon"
          },
          "points": {
            "description": "Corners in order.",
            "type": "array",
            "minItems": 3,
            "maxItems": 10000,
            "items": {
              "description": "A place in an image. The centre of the first pixel is (1, 1), as in FITS.",
              "type": "object",
              "properties": {
                "x": {
                  "type": "number"
                },
                "y": {
                  "type": "number"
                }
              },
              "required": [
                "x",
                "y"
              ],
              "additionalProperties": false
            }
          }
        },
        "required": [
          "frame",
          "points",
          "shape"
        ],
        "additionalProperties": false
      },
      {
        "description": "A rectangle in the sky, its sides along right ascension and declination at its centre.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "sky"
          },
          "shape": {
            "type": "string",
            "const": "rectangle"
          },
          "ra": {
            "description": "Right ascension of the centre, ICRS, in decimal degrees.",
            "type": "number",
            "minimum": 0,
            "exclusiveMaximum": 360
          },
          "dec": {
            "description": "Declination of the centre, ICRS, in decimal degrees.",
            "type": "number",
            "minimum": -90,
            "maximum": 90
          },
          "width": {
            "description": "Full width, in degrees on the sky.",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 360
          },
          "height": {
            "description": "Full height, in degrees on the sky.",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 180
          }
        },
        "required": [
          "dec",
          "frame",
          "height",
          "ra",
          "shape",
          "width"
        ],
        "additionalProperties": false
      },
      {
        "description": "A circle in the sky.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "sky"
          },
          "shape": {
            "type": "string",
            "const": "circle"
          },
          "ra": {
            "description": "Right ascension of the centre, ICRS, in decimal degrees.",
            "type": "number",
            "minimum": 0,
            "exclusiveMaximum": 360
          },
          "dec": {
            "description": "Declination of the centre, ICRS, in decimal degrees.",
            "type": "number",
            "minimum": -90,
            "maximum": 90
          },
          "radius": {
            "description": "In degrees on the sky.",
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 180
          }
        },
        "required": [
          "dec",
          "frame",
          "ra",
          "radius",
          "shape"
        ],
        "additionalProperties": false
      },
      {
        "description": "A polygon in the sky, its sides great circles, closed by itself.",
        "type": "object",
        "properties": {
          "frame": {
            "type": "string",
            "const": "sky"
          },
          "shape": {
            "type": "string",
            "const": "polygon"
          },
          "points": {
            "description": "Corners in order.",
            "type": "array",
            "minItems": 3,
            "maxItems": 10000,
            "items": {
              "description": "A place in the sky, ICRS.",
              "type": "object",
              "properties": {
                "ra": {
                  "description": "Right ascension, in decimal degrees.",
                  "type": "number",
                  "minimum": 0,
                  "exclusiveMaximum": 360
                },
                "dec": {
                  "description": "Declination, in decimal degrees.",
                  "type": "number",
                  "minimum": -90,
                  "maximum": 90
                }
              },
              "required": [
                "dec",
                "ra"
              ],
              "additionalProperties": false
            }
          }
        },
        "required": [
          "frame",
          "points",
          "shape"
        ],
        "additionalProperties": false
      }
    ]
  }
}
