import { createDataLab, loadSetup } from '@datalab/core'
import { inTemporaryFolder } from './temporary-folder.mjs'

/** The set-up module of a host whose records and results lie in files, which other processes can open. */
export const machineSetup = new URL('../hosts/machine.config.mjs', import.meta.url).href

/**
 * Does work with a host of that set-up, in a folder of its own.
 *
 * @template Result
 * @param {Partial<import('@datalab/core').DataLabOptions>} options that it is to have besides
 * @param {(lab: import('@datalab/core').DataLab) => Promise<Result>} work
 */
export async function withMachineLab(options, work) {
  return inTemporaryFolder(async (folder) => {
    process.env.DATALAB_BENCH_FOLDER = folder
    const lab = createDataLab({ ...(await loadSetup(machineSetup)), ...options })
    try {
      return await work(lab)
    } finally {
      await lab.close()
    }
  })
}
