import { defineDataLab, LocalSource } from '@datalab/core'
import { fleetOperations } from './fleet-operations.js'
import { fleetPlace } from './fleet-place.js'
import { type FleetSettings, SETTINGS_VARIABLE } from './fleet-settings.js'
import { offers } from './operations.js'

/** The set-up module of `datalab worker` without `--config`. */
export default defineDataLab(async () => {
  const settings: FleetSettings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '')
  const { cwd, images, operations, roots } = settings
  return {
    operations: await fleetOperations(operations, cwd),
    services: await offers.services(images),
    sources: [new LocalSource({ roots })],
    ...(await fleetPlace(settings, cwd)),
  }
})
