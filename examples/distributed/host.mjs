import { Readable } from 'node:stream'
import { openDataLab, readPieces } from '@datalab/core'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { showBoard } from './board.mjs'

// A service that runs nothing itself: workers do.
const lab = await openDataLab(import.meta.resolve('./datalab.config.mjs'))
const app = new Hono()

app.post('/jobs', async (context) => {
  const { operation, inputs } = await context.req.json()
  return context.json(await (await lab.submit(operation, inputs)).record())
})

app.get('/jobs/:key', async (context) => context.json(await lab.get(context.req.param('key'))))

/** Answers when the job has ended. */
app.get('/jobs/:key/end', async (context) => {
  const job = await lab.job(context.req.param('key'))
  if (job === undefined) return context.notFound()
  let record = await job.record()
  for await (record of job.events);
  return context.json(record)
})

app.get('/files/:basename/:role', async (context) => {
  const { basename, role } = context.req.param()
  const file = await lab.open(basename, role)
  return file === undefined ? context.notFound() : context.body(Readable.toWeb(Readable.from(readPieces(file))))
})

app.onError((error, context) => context.json({ error: error.message }, error.audience === 'user' ? 400 : 500))
const board = showBoard(app, '/board', process.env.DATALAB_REDIS)

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`)
})

process.once('SIGTERM', async () => {
  server.close().closeAllConnections()
  await board.close()
  await lab.close()
})
