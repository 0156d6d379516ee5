import { register } from '@datalab/core'
import { Median } from './median.js'

register(Median)
