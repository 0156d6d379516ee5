import { build } from '../../tsup.base.js'

export default build({ index: 'src/index.ts', main: 'src/main.ts', 'fleet-setup': 'src/fleet-setup.config.ts' })
