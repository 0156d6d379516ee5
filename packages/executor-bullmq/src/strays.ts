import type { Deliveries } from './deliveries.js'
import { bullPrefix, type QueuePlace } from './queue-place.js'
import { runScript } from './run-script.js'

/** One worker of all looks so often, in milliseconds. */
const EVERY_MS = 30_000
const AT_ONCE = 1000

/** prefix, prefix of queues, status, the key after which it begins, how many: the last key, and of those without a delivery key and label. */
const STRAYS = `
  local from = ARGV[4] == '' and '-' or '(' .. ARGV[4]
  local keys = redis.call('ZRANGEBYLEX', ARGV[1] .. ':keys:' .. ARGV[3], from, '+', 'LIMIT', 0, ARGV[5])
  local found = { keys[#keys] or '' }
  for _, key in ipairs(keys) do
    local label = redis.call('HGET', ARGV[1] .. ':job:' .. key, 'label')
    if label and redis.call('EXISTS', ARGV[2] .. ':' .. label .. ':de:' .. key) == 0 then
      found[#found + 1] = key
      found[#found + 1] = label
    end
  end
  return found
`

/**
 * Has those jobs delivered that were submitted and have no delivery: of hosts that died in between, and where Redis has lost the last moment.
 */
export class Strays {
  constructor(
    private readonly place: QueuePlace,
    private readonly deliveries: Deliveries,
  ) {}

  /** Does nothing where another worker has looked a while ago. */
  async look(): Promise<void> {
    const { link, prefix } = this.place
    const isOurs = await link.use((client) => client.set(`${prefix}:looked`, '1', 'PX', EVERY_MS, 'NX'))
    if (isOurs === null) return
    for (const status of ['PENDING', 'IN_PROGRESS']) await this.#lookAt(status)
  }

  async #lookAt(status: string): Promise<void> {
    let last = ''
    do {
      const [next = '', ...found] = await this.#page(status, last)
      for (let i = 0; i + 1 < found.length; i += 2) await this.#deliver(found[i] ?? '', found[i + 1] ?? '')
      last = next
    } while (last !== '')
  }

  async #page(status: string, after: string): Promise<string[]> {
    const { link, prefix } = this.place
    const values = [prefix, bullPrefix(prefix), status, after, AT_ONCE]
    return (await link.use((client) => runScript(client, STRAYS, values))) as string[]
  }

  async #deliver(key: string, label: string): Promise<void> {
    const operationId = label.slice(0, label.lastIndexOf('@'))
    await this.deliveries.add({ key, operationId, priority: 0 }, false)
  }
}
