import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { bytesSource } from '@datalab/core'
import { readImage } from '@datalab/fits'
import { expectedDigests, expectedPixels } from './expected.mjs'
import { sha256 } from './files.mjs'
import { MANY, manyBytes } from './operations.mjs'

/** What a result can be held against. */
export class ResultCheck {
  #digests = new Map()

  /**
   * @param {string} world the folder of the input files
   * @param {(key: string) => object | undefined} inputsOf the inputs of another job
   */
  constructor(world, inputsOf) {
    this.world = world
    this.inputsOf = inputsOf
  }

  /**
   * What is wrong with a result; undefined where nothing is.
   *
   * @param {import('@datalab/core').StoredRecord} record of a job that is COMPLETED
   * @param {(object: string) => Promise<Uint8Array | undefined>} read
   * @returns {Promise<string | undefined>}
   */
  async faultOf(record, read) {
    const { output, key } = record
    if (record.status !== 'COMPLETED' || record.progress !== 1 || output === null) return 'it is not complete'
    for (const file of output.output_files ?? []) {
      for (const [role, object] of Object.entries(file.objects)) {
        if (!object.startsWith(`${key}/`)) return `${object} is of another job`
        const bytes = await read(object)
        if (bytes === undefined) return `${object} is missing`
        if (bytes.length !== file.sizes[role]) return `${object} has ${bytes.length} bytes, not ${file.sizes[role]}`
        const fault = await this.#faultOfBytes(record, file, role, bytes)
        if (fault !== undefined) return `${object}: ${fault}`
      }
    }
    return this.#faultOfOutput(record)
  }

  /** By its operation: whether it has what it should. */
  #faultOfOutput({ operation, inputs, output }) {
    const { output_files = [], output_data } = output
    const roles = output_files.flatMap(({ objects }) => Object.keys(objects).sort())
    const isRight = {
      '@datalab/op-median': () => isDeepStrictEqual(roles, ['fits', 'large', 'small']),
      '@stress/many': () => isDeepStrictEqual(roles, Array(MANY).fill('txt')),
      '@stress/spin': () => isDeepStrictEqual(output_data, [{ name: inputs.name }]),
      '@stress/digest': () =>
        isDeepStrictEqual(
          output_data,
          expectedDigests(inputs, (index) => this.#digestOf(index)),
        ),
    }
    return isRight[operation.id]?.() === true ? undefined : `its output is ${JSON.stringify(output).slice(0, 500)}`
  }

  async #faultOfBytes({ inputs }, { basename }, role, bytes) {
    if (role === 'txt') {
      const index = Number(basename.split('-')[1]) - 1
      return manyBytes(inputs.name, index).equals(bytes) ? undefined : 'its bytes are wrong'
    }
    if (role !== 'fits')
      return Buffer.from(bytes.subarray(-2)).toString('hex') === 'ffd9' ? undefined : 'it is no whole picture'
    const { data } = await readImage(bytesSource(bytes))
    const expected = expectedPixels(inputs, this.inputsOf)
    const wrong = expected.findIndex((value, pixel) => value !== data[pixel])
    if (data.length === expected.length && wrong === -1) return undefined
    return `pixel ${wrong} of ${data.length} is ${data[wrong]}, not ${expected[wrong]}`
  }

  #digestOf(frame) {
    const known = this.#digests.get(frame)
    if (known !== undefined) return known
    const digest = sha256(readFileSync(join(this.world, 'frames', `${frame}.fits`)))
    this.#digests.set(frame, digest)
    return digest
  }
}
