import { register } from '@datalab/core'
import { PixelMath } from './pixel-math.js'

register(PixelMath)
