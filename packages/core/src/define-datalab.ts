import { createDataLab, type DataLab } from './datalab.js'
import { DataLabError, isDataLabError } from './errors.js'
import type { DataLabOptions } from './host-options.js'
import type { AnyOperationClass } from './operation.js'
import { redactText } from './redact.js'

/** What a set-up module exports: makes the options of a host, anew in each process that asks. */
export type DataLabSetup = () => DataLabOptions | Promise<DataLabOptions>

/**
 * Describes a host once, for this process, its child processes and its workers: `export default defineDataLab(() => ({ operations, ... }))`.
 *
 * What cannot be sent to another process, such as the client of a storage, is made in each by calling `setup` there.
 */
export function defineDataLab<const Operations extends readonly unknown[] = readonly AnyOperationClass[]>(
  setup: () => DataLabOptions<Operations> | Promise<DataLabOptions<Operations>>,
): DataLabSetup {
  return setup as unknown as DataLabSetup
}

/**
 * Opens the host that a set-up module describes.
 *
 * @param url of the module: `import.meta.resolve('./datalab.config.js')`
 * @throws DATALAB_SETUP_INVALID when it cannot be loaded or exports no set-up; as createDataLab.
 */
export async function openDataLab(url: string): Promise<DataLab> {
  return createDataLab(await loadSetup(url))
}

/**
 * The options that a set-up module makes in this process.
 *
 * @throws DATALAB_SETUP_INVALID when it cannot be loaded, exports no set-up, or its set-up fails or makes no options.
 */
export async function loadSetup(url: string): Promise<DataLabOptions> {
  const module = await import(url).catch((cause) => {
    throw invalid(url, `cannot be loaded (${messageOf(cause)})`, cause)
  })
  const setup: unknown = module.default
  if (typeof setup !== 'function')
    throw invalid(url, "exports no set-up; write 'export default defineDataLab(() => ({ ... }))'")
  const options = await made(setup as DataLabSetup, url)
  if (typeof options === 'object' && options !== null) return options
  throw invalid(url, 'makes no options; have its set-up return an object: { operations, ... }')
}

async function made(setup: DataLabSetup, url: string): Promise<DataLabOptions> {
  try {
    return await setup()
  } catch (cause) {
    throw isDataLabError(cause) ? cause : invalid(url, `fails: ${messageOf(cause)}`, cause)
  }
}

/** Of somebody else's error, which may have the address of a service with its password. */
function messageOf(cause: unknown): string {
  return redactText(cause instanceof Error ? cause.message : String(cause))
}

function invalid(url: string, what: string, cause?: unknown): DataLabError {
  const options = { details: { url }, ...(cause === undefined ? {} : { cause }) }
  return new DataLabError('DATALAB_SETUP_INVALID', `The set-up module ${url} ${what.replace(/\.$/, '')}.`, options)
}
