import type { ImagesOptions } from '@datalab/fits/images'
import type { FleetAddress } from './fleet-place.js'

/** What a worker without a set-up module of its own is told by its command line. JSON, for its child processes. */
export interface FleetSettings extends FleetAddress {
  readonly cwd: string
  readonly operations?: readonly string[]
  readonly roots: Readonly<Record<string, string>>
  readonly images: ImagesOptions
}

/** The variable of the environment that has them. Not the command line, which others can see: an address may have a password. */
export const SETTINGS_VARIABLE = 'FLEET_OF_DATALAB'
