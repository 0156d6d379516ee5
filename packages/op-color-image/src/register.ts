import { register } from '@datalab/core'
import { ColorImage } from './color-image.js'

register(ColorImage)
