import type { S3Client } from '@aws-sdk/client-s3'
import { S3Storage, type S3StorageOptions } from '../src/index.js'
import { QuickTime } from './helpers.js'

type Input = Record<string, unknown>
type Reaction = (input: Input) => unknown

export const SECRETS = {
  accessKeyId: 'AKIAFAKEFAKEFAKE',
  secretAccessKey: 'fake/secret+key=',
  sessionToken: 'fake+session/token==',
}

/** A client that answers by the names of commands, for what no server can be brought to do. */
export class FakeClient {
  /** Names of the commands, in order. */
  readonly sent: string[] = []
  readonly inputs: Input[] = []
  readonly config = { credentials: async () => SECRETS, region: async () => 'us-east-1' }
  readonly #reactions = new Map<string, Reaction[]>()
  isDestroyed = false

  /** Reacts so to commands of this name: by one after the other, and by the last one always. */
  on(name: string, ...reactions: Reaction[]): this {
    this.#reactions.set(name, reactions)
    return this
  }

  readonly send = async (command: { constructor: { name: string }; input: Input }): Promise<unknown> => {
    const name = command.constructor.name.replace(/Command$/, '')
    this.sent.push(name)
    this.inputs.push(command.input)
    const reactions = this.#reactions.get(name) ?? []
    const reaction = reactions.length > 1 ? reactions.shift() : reactions[0]
    if (reaction === undefined) throw new Error(`nobody expected ${name}`)
    return reaction(command.input)
  }

  destroy(): void {
    this.isDestroyed = true
  }

  storage(options: Partial<S3StorageOptions> = {}): S3Storage & { time: QuickTime } {
    const time = new QuickTime()
    const client = this as unknown as S3Client
    return Object.assign(new S3Storage({ bucket: 'bucket', client, wait: time.wait, ...options }), { time })
  }
}

/** An error as the SDK throws it. */
export function s3Error(status: number, code?: string, more: object = {}): Reaction {
  return () => {
    const error = new Error(`${code} happened`)
    throw Object.assign(error, {
      name: code ?? 'Unknown',
      ...(code && { Code: code }),
      $metadata: { httpStatusCode: status, requestId: 'request-1' },
      ...more,
    })
  }
}

/** An error as Node throws it. */
export function systemError(code: string, more: object = {}): Reaction {
  return () => {
    throw Object.assign(new Error(`${code} happened`), { code, ...more })
  }
}

/** An object as HEAD shows it. */
export function headOf(size: number, etag = '"etag"'): Reaction {
  return () => ({ ContentLength: size, ETag: etag, LastModified: new Date(1e12), Metadata: {} })
}
