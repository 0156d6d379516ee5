import { register } from '@datalab/core'
import { Stacking } from './stacking.js'

register(Stacking)
