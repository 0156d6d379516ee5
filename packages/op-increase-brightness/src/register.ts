import { register } from '@datalab/core'
import { IncreaseBrightness } from './increase-brightness.js'

register(IncreaseBrightness)
