import type { ByteSource } from './byte-source.js'
import { cloneJson } from './clone-json.js'
import { deepFreeze, type JsonValue } from './json.js'
import type { ObjectBody } from './object-storage.js'
import type { OutputFile } from './output.js'
import type { RunContext } from './run-context.js'

declare const serviceType: unique symbol

/** The name under which operations ask for a service, typed by what they get. */
export interface ServiceKey<Service> {
  /** `<npm package>/<name>@<version of the contract>`. */
  readonly id: string
  readonly symbol: symbol
  readonly [serviceType]?: () => Service
}

/** Makes the services of one kind: a fresh one for each run, or the same one for all. */
export interface ServiceProvider<Service = unknown> {
  readonly key: ServiceKey<Service>
  /** Rises when the service may give other results for the same job; part of the key of each job that requires it. */
  readonly revision: number
  /** Settings that change results; part of the key of each job that requires the service. */
  readonly settings?: JsonValue
  /** Called once in each run that uses the service. */
  create(run: RunContext): Service
  /** Called when a run that used the service is over, however it ended: releases what the service still holds for it. */
  end?(service: Service): Promise<void>
  /**
   * Makes derived objects of an output again that were lost. False where it is not an output of this service, or what they are derived from
   * is not there.
   */
  restore?(lost: LostObjects): Promise<boolean>
}

/** Objects of an output that are not there any more, though its result is. */
export interface LostObjects {
  readonly file: OutputFile
  /** Roles of what was lost; all are among `file.derived`. */
  readonly roles: readonly string[]
  /** Opens another object of the output; the caller closes it. */
  open(role: string): Promise<ByteSource | undefined>
  /** Puts a lost object in its place. */
  put(role: string, body: ObjectBody, contentType: string): Promise<void>
}

const SERVICE_ID = /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*\/[A-Za-z][A-Za-z0-9]*@[1-9][0-9]*$/

/**
 * The key of a service. Two copies of a package make equal keys, so that an operation finds the service of either.
 *
 * @throws TypeError when the id is not `<npm package>/<name>@<version>`.
 */
export function serviceKey<Service>(id: string): ServiceKey<Service> {
  if (!SERVICE_ID.test(id))
    throw new TypeError(`Service id '${id}' is not of the form '<npm package>/<name>@<version>'.`)
  return { id, symbol: Symbol.for(id) }
}

/** What {@link provide} may be told beside the service. */
export interface ProvideOptions<Service = unknown> {
  /** See {@link ServiceProvider.end}. */
  end?: (service: Service) => Promise<void>
  /** See {@link ServiceProvider.revision}; 1 by default. */
  revision?: number
  /** See {@link ServiceProvider.settings}. */
  settings?: JsonValue
  /** See {@link ServiceProvider.restore}. */
  restore?: (lost: LostObjects) => Promise<boolean>
}

/** Offers one ready service to every run. */
export function provide<Service>(
  key: ServiceKey<Service>,
  service: NoInfer<Service>,
  options: ProvideOptions<NoInfer<Service>> = {},
): ServiceProvider<Service> {
  return provideEach(key, () => service, options)
}

/**
 * Offers a service that is made anew for each run.
 *
 * @throws TypeError when the revision is no whole number from 1, or the settings are not JSON.
 */
export function provideEach<Service>(
  key: ServiceKey<Service>,
  create: (run: RunContext) => NoInfer<Service>,
  options: ProvideOptions<NoInfer<Service>> = {},
): ServiceProvider<Service> {
  const { revision = 1, settings, end, restore } = options
  if (!Number.isSafeInteger(revision) || revision < 1)
    throw new TypeError(`The service ${key.id} has the revision ${revision}; give a whole number from 1.`)
  return {
    key,
    revision,
    create,
    ...(settings === undefined ? {} : { settings: jsonSettings(key, settings) }),
    ...(end && { end }),
    ...(restore && { restore }),
  }
}

/** A copy of the settings: they are part of keys, and must not change or be misread there. */
function jsonSettings(key: ServiceKey<unknown>, settings: JsonValue): JsonValue {
  try {
    return deepFreeze(cloneJson(settings)) as JsonValue
  } catch (cause) {
    throw new TypeError(`The settings of the service ${key.id} are not JSON.`, { cause })
  }
}

/** The npm package that a service's key names. */
export function packageOfService(key: ServiceKey<unknown>): string {
  return key.id.slice(0, key.id.lastIndexOf('/'))
}
