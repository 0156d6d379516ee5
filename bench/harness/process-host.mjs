import { createDataLab, loadSetup } from '@datalab/core'
import { ProcessExecutor } from '@datalab/local'
import { inTemporaryFolder } from './temporary-folder.mjs'

const setup = new URL('../hosts/files.config.mjs', import.meta.url).href

/**
 * Does work with a host whose runs go on in child processes, as many at once as there are cores.
 *
 * @template Result
 * @param {(lab: import('@datalab/core').DataLab) => Promise<Result>} work
 */
export async function withProcessHost(work) {
  return inTemporaryFolder(async (folder) => {
    process.env.DATALAB_BENCH_FOLDER = folder
    const lab = createDataLab({ ...(await loadSetup(setup)), executor: new ProcessExecutor({ setup }) })
    try {
      return await work(lab)
    } finally {
      await lab.close()
    }
  })
}
