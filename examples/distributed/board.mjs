import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { HonoAdapter } from '@bull-board/hono'
import { serveStatic } from '@hono/node-server/serve-static'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'

/**
 * Shows the queues of the fleet at a path of a Hono application: one for each operation, revision, and set of services. It only shows: what waits
 * is taken back through the host, which knows who asked for it.
 */
export function showBoard(app, path, redis) {
  const connection = new Redis(redis, { maxRetriesPerRequest: null })
  const queues = new Map()
  const adapter = new HonoAdapter(serveStatic).setBasePath(path)
  const board = createBullBoard({ queues: [], serverAdapter: adapter })
  const refresh = async () => {
    for (const name of await connection.smembers('datalab:labels')) {
      if (queues.has(name)) continue
      queues.set(name, new Queue(name, { connection, prefix: 'datalab:queue' }))
      board.addQueue(new BullMQAdapter(queues.get(name), { readOnlyMode: true }))
    }
  }
  app.use(`${path}/*`, async (_, next) => refresh().then(next))
  app.route(path, adapter.registerPlugin())
  return {
    async close() {
      for (const queue of queues.values()) await queue.close()
      connection.disconnect()
    },
  }
}
