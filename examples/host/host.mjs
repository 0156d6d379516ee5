import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { isDataLabError, openDataLab, readPieces } from '@datalab/core'

const lab = await open().catch(fail)

async function open() {
  const opened = await openDataLab(import.meta.resolve('./datalab.config.mjs'))
  await opened.resume() // what was submitted before the last end of this service
  return opened
}

/** Whoever starts this service reads why it cannot be: an address that is none, a Redis that is not there, a port that is taken. */
function fail(error) {
  const { message } = isDataLabError(error, 'DATALAB_RECORDS_UNAVAILABLE') ? error.cause : error
  console.error(message)
  process.exit(1)
}

const routes = [
  ['GET', /^\/operations$/, () => lab.wizardDescriptions()],
  ['POST', /^\/jobs$/, async (_, request) => submit((await json(request)) ?? {})],
  ['GET', /^\/jobs\/(\w+)$/, ([key]) => lab.get(key)],
  ['DELETE', /^\/jobs\/(\w+)$/, async ([key]) => cancel(await lab.job(key))],
  ['GET', /^\/jobs\/(\w+)\/events$/, async ([key]) => events(await lab.job(key))],
  ['GET', /^\/files\/([\w-]+)\/(\w+)$/, async ([basename, role]) => lab.open(basename, role).then(pieces)],
]

const types = { fits: 'application/fits', tif: 'image/tiff', large: 'image/jpeg', small: 'image/jpeg' }

const submit = async ({ operation, inputs, force }) => (await lab.submit(`${operation}`, inputs, { force })).record()
const cancel = (job) => job?.cancel().then(() => job.record())
const pieces = (source) => source && Readable.from(readPieces(source))
const events = (job) => job && Readable.from(eventTexts(job.events))

async function* eventTexts(records) {
  for await (const record of records) yield `data: ${JSON.stringify(record)}\n\n`
}

async function answer(request, response) {
  for (const [method, path, find] of routes) {
    const match = request.method === method && path.exec(request.url)
    const found = match && (await find(match.slice(1), request))
    if (!found) continue
    const isStream = found instanceof Readable
    response.setHeader('content-type', isStream ? (types[match[2]] ?? 'text/event-stream') : 'application/json')
    return isStream ? pipeline(found, response) : response.end(JSON.stringify(found))
  }
  response.writeHead(404).end('{"error":"There is nothing here."}')
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (response.headersSent) return response.destroy()
    const { status, text } = explained(error)
    if (status >= 500) console.error(error)
    response.writeHead(status).end(JSON.stringify({ error: text }))
  })
})

function explained(error) {
  const isUsers = (isDataLabError(error) && error.audience === 'user') || error instanceof SyntaxError
  if (isUsers) return { status: 400, text: error.message }
  if (isDataLabError(error) && error.retryable) return { status: 503, text: 'It cannot be done now. Try again later.' }
  return { status: 500, text: 'It failed.' }
}

server
  .once('error', fail)
  .listen(process.env.PORT ?? 8080, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close().closeAllConnections()
    lab.close() // what still runs is given back, and goes on with the next start
  })
