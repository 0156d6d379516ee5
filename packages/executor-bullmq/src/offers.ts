import type { QueuePlace } from './queue-place.js'
import { runScript } from './run-script.js'

/** What a worker offers counts for so many milliseconds, and is said again so often. */
const OFFER_MS = 10_000
const BEAT_MS = 2500

/** prefix, milliseconds, labels: offered from now on for so long. The empty label is of no worker: it says that runs are done by workers. */
const OFFER = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local offers = ARGV[1] .. ':offers'
  redis.call('ZREMRANGEBYSCORE', offers, '-inf', now - ARGV[2])
  redis.call('ZADD', offers, '+inf', '')
  for i = 3, #ARGV do redis.call('ZADD', offers, now + ARGV[2], ARGV[i]) end
  return 1
`

/** Says what jobs can be run here, by their labels, for as long as this process lives. */
export class Offers {
  #timer: NodeJS.Timeout | undefined
  #isSaid = false

  constructor(
    private readonly place: QueuePlace,
    private readonly labels: readonly string[],
    private readonly onBeat: () => void = () => {},
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS)
    void this.#beat()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** For who has nothing to offer, and waits for those who have: is said once. */
  async once(): Promise<void> {
    if (this.#isSaid) return
    await this.#say()
    this.#isSaid = true
  }

  async #say(): Promise<void> {
    const { link, prefix } = this.place
    await link.use((client) => runScript(client, OFFER, [prefix, OFFER_MS, ...this.labels]))
  }

  async #beat(): Promise<void> {
    await this.#say().then(this.onBeat, () => {})
  }
}
