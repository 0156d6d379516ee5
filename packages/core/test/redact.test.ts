import { expect, test } from 'vitest'
import { DataLabError, MemoryStorage } from '../src/index.js'
import { redactingLogger, redactText } from '../src/redact.js'
import { lab, memoryLog, operation, rejection } from './lab.js'

const presigned =
  'https://bucket.s3.amazonaws.com/a/b.fits?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101&X-Amz-Expires=60&X-Amz-Signature=0123456789abcdef&response-content-type=image%2Ffits'

const SECRETS = ['0123456789abcdef', 'AKIAIOSFODNN7EXAMPLE', 'hunter2', 'abcdef0123456789', 'c2VjcmV0OnNlY3JldA']

test.each([
  [
    presigned,
    /^https:\/\/bucket.s3.amazonaws.com\/a\/b.fits\?.*X-Amz-Signature=\[redacted\]&response-content-type=image%2Ffits$/,
  ],
  [
    'GET https://ann:hunter2@archive.example/frames/?basename_exact=x failed',
    /^GET https:\/\/\[redacted\]@archive.example\/frames\/\?basename_exact=x failed$/,
  ],
  ['redis://:hunter2@127.0.0.1:6379/0 does not answer', /^redis:\/\/\[redacted\]@127.0.0.1:6379\/0 does not answer$/],
  ['Authorization: Bearer abcdef0123456789', /^Authorization: Bearer \[redacted\]$/],
  ['authorization: Token abcdef0123456789', /^authorization: Token \[redacted\]$/],
  ['Basic c2VjcmV0OnNlY3JldA== was refused', /^Basic \[redacted\] was refused$/],
  ['?token=abcdef0123456789&page=2', /^\?token=\[redacted\]&page=2$/],
  ['token=abcdef0123456789 is wrong', /^token=\[redacted\] is wrong$/],
  ['(secret=hunter2)', /^\(secret=\[redacted\]\)$/],
  ['https://x.example/#access_token=abcdef0123456789', /#access_token=\[redacted\]$/],
  ['AWS_SECRET_ACCESS_KEY=hunter2', /^AWS_SECRET_ACCESS_KEY=\[redacted\]$/],
  ['{"token": "abcdef0123456789", "page": "2"}', /^\{"token": "\[redacted\]", "page": "2"\}$/],
  ['password: hunter2', /^password: \[redacted\]$/],
  ['X-Api-Key: hunter2, page: 2', /^X-Api-Key: \[redacted\] page: 2$/],
  ['the key AKIAIOSFODNN7EXAMPLE is unknown', /^the key \[redacted\] is unknown$/],
])('%s', (text, expected) => {
  expect(redactText(text)).toMatch(expected)
  for (const secret of SECRETS) expect(redactText(text)).not.toContain(secret)
})

test.each([
  'Image a.fits is 100x80, others are 120x80; crop them first.',
  'https://archive.example/frames/?basename_exact=coj1m011&page=2',
  'NAXIS=2; BITPIX=-32',
  'a token of thanks',
])('%s stays as it is', (text) => {
  expect(redactText(text)).toBe(text)
})

test('facts lose what has the name of a secret, in errors and their causes too', () => {
  const { log, lines } = memoryLog()
  const cause = Object.assign(new Error(`fetch of ${presigned} failed`), { headers: { authorization: 'x' } })
  const err = new DataLabError('SOURCE_UNAVAILABLE', 'down', { details: { token: 'hunter2', status: 503 }, cause })
  const loop: Record<string, unknown> = { password: 'hunter2' }
  loop.loop = loop
  const time = new Date(0)
  const more = { url: new URL(presigned), map: new Map([['token', 'hunter2']]) }
  redactingLogger(log).warn(
    { key: 'k', err, headers: [{ Cookie: 'hunter2' }], loop, time, more, none: null },
    presigned,
  )
  expect(lines[0]?.facts).toMatchObject({
    key: 'k',
    err: { code: 'SOURCE_UNAVAILABLE', details: { token: '[redacted]', status: 503 }, cause: { name: 'Error' } },
    headers: [{ Cookie: '[redacted]' }],
    time,
    none: null,
  })
  for (const secret of SECRETS) expect(JSON.stringify(lines)).not.toContain(secret)
})

test('a logger that throws fails neither the redaction nor a run', async () => {
  const refuses = () => {
    throw new Error('The disk is full.')
  }
  const log = { debug: refuses, info: refuses, warn: refuses, error: refuses }
  expect(() => redactingLogger(log).error({}, 'x')).not.toThrow()
  const Op = operation((run) => {
    run.log.info({}, 'begun')
    return []
  })
  const job = await lab({ operations: [Op], log }).submit(Op, {})
  expect(await job.result()).toMatchObject({ output_files: [] })
})

test('neither the log nor the record of a run has a secret that an error brings', async () => {
  const { log, lines } = memoryLog()
  const alert = operation((run) => run.setFailed(`no access to ${presigned}`), { id: 'a', name: 'A' })
  const broken = operation(
    () => {
      throw new Error('no access', { cause: new Error(`GET ${presigned}: Bearer abcdef0123456789`) })
    },
    { id: 'b', name: 'B' },
  )
  const talks = operation(
    (run) => {
      run.log.info({ url: presigned, token: 'hunter2' }, `read ${presigned}`)
      return []
    },
    { id: 'c', name: 'C' },
  )
  const host = lab({ operations: [alert, broken, talks], log, storage: new MemoryStorage() })
  const jobs = await Promise.all(['a', 'b', 'c'].map((name) => host.submit(name, {})))
  const errors = await Promise.all([jobs[0], jobs[1]].map((job) => rejection(job?.result() as Promise<unknown>)))
  await jobs[2]?.result()
  const records = await Promise.all(jobs.map((job) => job.record()))
  expect(lines.length).toBeGreaterThanOrEqual(3)
  const told = JSON.stringify([lines, records, errors.map(({ message, details }) => [message, details])])
  for (const secret of SECRETS) expect(told).not.toContain(secret)
  expect(errors[0]?.message).toContain('no access to https://bucket.s3.amazonaws.com/a/b.fits?')
})
