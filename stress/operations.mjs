// Operations of a round. Each notes which attempt at which job it is a run of.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BaseDataOperation, ClientAlertError, formatSchemas, Inputs, Outputs, readAll } from '@datalab/core'
import { sha256 } from './files.mjs'
import { note } from './journal.mjs'

const name = { type: 'string' }
const info = { description: 'For crash rounds.', category: 'image', revision: 1, requires: [Inputs, Outputs] }

function inputs(properties) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

class Noted extends BaseDataOperation {
  constructor(context) {
    super(context)
    note('run', { key: context.key, attempt: context.attempt, operation: this.name() })
  }
}

/** Keeps its thread busy for a while. */
export class Spin extends Noted {
  static info = { ...info, id: '@stress/spin', name: 'Spin', inputs: inputs({ name, ms: { type: 'number' } }) }

  operate() {
    const end = performance.now() + this.inputData.ms
    writeFileSync(join(this.scratch, 'spins'), '')
    while (performance.now() < end);
    return { output_data: [{ name: this.inputData.name }] }
  }
}

/** Fails, when it has written something. */
export class Fail extends Noted {
  static info = { ...info, id: '@stress/fail', name: 'Fail', inputs: inputs({ name }) }

  async operate() {
    await this.use(Outputs).put('.txt', new Uint8Array(5000))
    throw new ClientAlertError(`It fails: ${this.inputData.name}.`)
  }
}

/** How many files {@link Many} writes, and what is in each. */
export const MANY = 12
export function manyBytes(jobName, index) {
  return Buffer.alloc(2000 + 977 * index, `${jobName} ${index} `)
}

/** Writes many files, each in pieces, and shows them as they come. */
export class Many extends Noted {
  static info = { ...info, id: '@stress/many', name: 'Many', inputs: inputs({ name }) }

  async operate() {
    const files = []
    for (let index = 0; index < MANY; index++) {
      files.push(await this.#write(index))
      if (index % 4 === 3) await this.setOutput([...files])
      this.setOperationProgress((index + 1) / MANY)
    }
    return files
  }

  async #write(index) {
    const outputs = this.use(Outputs)
    const bytes = manyBytes(this.inputData.name, index)
    async function* body() {
      for (let from = 0; from < bytes.length; from += 4096) {
        yield bytes.subarray(from, from + 4096)
        await sleep(1)
      }
    }
    const written = await outputs.put('.txt', body(), { index })
    writeFileSync(join(this.scratch, `${index}`), bytes)
    return outputs.file({ type: 'image', objects: [written], index })
  }
}

/** The checksums of files. */
export class Digest extends Noted {
  static info = {
    ...info,
    id: '@stress/digest',
    name: 'Digest',
    inputs: inputs({ files: { type: 'array', items: formatSchemas.FitsFile } }),
  }

  async operate() {
    const digests = await this.progress.map(this.inputData.files, async (file) => {
      const opened = await this.use(Inputs).open(file)
      return { sha256: sha256(await readAll(opened, { limit: 1e6 })) }
    })
    return { output_data: digests }
  }
}
