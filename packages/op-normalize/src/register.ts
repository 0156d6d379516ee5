import { register } from '@datalab/core'
import { Normalization } from './normalization.js'

register(Normalization)
