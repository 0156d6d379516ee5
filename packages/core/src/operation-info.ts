import type { InputSchema, ObjectSchema } from './input-schema.js'
import type { ServiceKey } from './service.js'

/** What a run may take before it is ended. */
export interface OperationLimits {
  /** Seconds of wall time; the host's limit (1 hour by default) where absent. */
  readonly time?: number
  /** Bytes of resident memory, where the executor can watch it. */
  readonly memory?: number
  /** How many runs of this operation may go on at once on one machine. */
  readonly concurrency?: number
}

/** What an operation says of itself, whatever its inputs. */
export interface AnyOperationInfo {
  /** Its identity for ever: the npm package's name, with `#name` added where one package has several. */
  readonly id: string
  /** Its name in the wizard, unique in a host. */
  readonly name: string
  /** What it does, for the person who chooses it; paragraphs are separated by an empty line. */
  readonly description: string
  /** Where the wizard lists it: `image` for what works on images. */
  readonly category: string
  /** A whole number from 1; raise it when the same inputs may give other pixels. */
  readonly revision: number
  /** The package's version, for provenance. */
  readonly version?: string
  readonly inputs: ObjectSchema
  /** The services `operate()` uses; a host without one of them does not start. */
  readonly requires?: readonly ServiceKey<unknown>[]
  readonly limits?: OperationLimits
}

/** What an operation says of itself; all the rest is derived from it. */
export interface OperationInfo<Inputs> extends AnyOperationInfo {
  /** Generated from the interface of the inputs. */
  readonly inputs: InputSchema<Inputs>
}
