import { build } from '../../tsup.base.js'

export default build({ index: 'src/index.ts', dump: 'src/dump.ts', images: 'src/images.ts' })
