import { register } from '@datalab/core'
import { Subtraction } from './subtraction.js'

register(Subtraction)
