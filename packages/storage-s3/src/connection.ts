import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-s3'
import { isDataLabError, throwIfAborted } from '@datalab/core'
import { classified } from './classified.js'
import { makeClient } from './client.js'
import { Deadline } from './deadline.js'
import { Gate } from './gate.js'
import { loadSdk, type Sdk } from './load-sdk.js'
import { S3Failure } from './s3-failure.js'
import { safeCause } from './safe-cause.js'
import type { Settings } from './settings.js'

/** A request, to be made with the SDK's own classes. */
export type MakeCommand<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = (
  sdk: Sdk,
) => $Command<Input, Output, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>

/**
 * In the place of the SDK's retries: a command is sent once. This package decides what is sent again, and has to know what was.
 */
const ONCE = { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true } as const

/** How many requests go on at once. The SDK makes 50 connections, and takes the wait for one for a failure to connect. */
const MOST_REQUESTS = 40

interface Opened {
  readonly sdk: Sdk
  readonly client: S3Client
}

/** Sends single requests, each within its time limits. The client is made for the first one. */
export class Connection {
  readonly #gate = new Gate(MOST_REQUESTS)
  #opened: Promise<Opened> | undefined
  #isClosed = false

  constructor(private readonly settings: Settings) {}

  /** The client, for what it knows beside sending. */
  async open(): Promise<Opened> {
    this.checkOpen()
    this.#opened ??= this.#open()
    try {
      return await this.#opened
    } catch (error) {
      this.#opened = undefined
      throw new S3Failure('refused', 'cannot be set up', { cause: safeCause(error, []) })
    }
  }

  /**
   * Sends a request once, and has its answer used, within the time limits.
   *
   * @throws S3Failure; DATALAB_ABORTED; what `use` throws.
   */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, Result>(
    make: MakeCommand<Input, Output>,
    signal: AbortSignal | undefined,
    use: (output: Output, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    if (signal !== undefined) throwIfAborted(signal)
    const opened = await this.open()
    return this.#gate.pass(signal, () => this.#sendNow(opened, make, signal, use))
  }

  async #sendNow<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, Result>(
    { sdk, client }: Opened,
    make: MakeCommand<Input, Output>,
    signal: AbortSignal | undefined,
    use: (output: Output, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const deadline = new Deadline(this.settings, signal)
    try {
      const command = make(sdk)
      command.middlewareStack.add((next) => next, ONCE)
      const answer = client.send(command, { abortSignal: deadline.signal })
      const result = await use(await deadline.during(answer), deadline)
      deadline.finish()
      return result
    } catch (error) {
      deadline.giveUp()
      if (signal !== undefined) throwIfAborted(signal)
      throw await this.#failureOf(error, client, deadline)
    }
  }

  /** Destroys the client that was made here; one that was handed in is left alone. */
  async close(): Promise<void> {
    this.#isClosed = true
    const opened = await this.#opened?.catch(() => undefined)
    if (opened !== undefined && opened.client !== this.settings.client) opened.client.destroy()
  }

  /** @throws TypeError after {@link close}. */
  checkOpen(): void {
    if (this.#isClosed) throw new TypeError('This storage is closed; make another one.')
  }

  async #open(): Promise<Opened> {
    const sdk = await loadSdk()
    const { client } = this.settings
    return { sdk, client: 'send' in client ? client : await makeClient(sdk, client) }
  }

  async #failureOf(error: unknown, client: S3Client, deadline: Deadline): Promise<unknown> {
    if (error instanceof S3Failure || isDataLabError(error)) return error
    if (deadline.expired !== undefined) return new S3Failure('lost', deadline.expired)
    return classified(error, client)
  }
}
