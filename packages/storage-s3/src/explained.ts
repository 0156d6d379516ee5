import { basename } from 'node:path/posix'
import { DataLabError, type DataLabErrorOptions } from '@datalab/core'
import type { Bucket } from './bucket.js'
import { type FailureKind, S3Failure } from './s3-failure.js'

/** What was being done, and to what. */
export interface Deed {
  readonly bucket: Pick<Bucket, 'name' | 'nameOf'>
  /** The object's key, or what the keys begin with. */
  readonly key: string
  readonly action: 'put' | 'read' | 'look up' | 'delete' | 'list' | 'make a URL of'
}

interface Explanation {
  readonly code: string
  /** Goes on after what could not be done. */
  text(reason: string, deed: Deed): string
  readonly retryable?: boolean
}

const PERMISSIONS: Readonly<Record<Deed['action'], string>> = {
  put: 's3:PutObject (and s3:AbortMultipartUpload)',
  read: 's3:GetObject',
  'look up': 's3:GetObject',
  delete: 's3:DeleteObject',
  list: 's3:ListBucket',
  'make a URL of': 's3:GetObject',
}

const REFUSED: Explanation = {
  code: 'STORAGE_UNAVAILABLE',
  // It is the SDK that does not know where to ask.
  text: (reason) => `it ${reason}.${/region is missing/i.test(reason) ? ' Set the region, as by AWS_REGION.' : ''}`,
}

const EXPLANATIONS: Readonly<Partial<Record<FailureKind, Explanation>>> = {
  forbidden: { code: 'STORAGE_FORBIDDEN', text: (reason, deed) => `it ${reason}. ${adviceOnPermission(deed)}` },
  credentials: {
    code: 'STORAGE_FORBIDDEN',
    text: (reason) => `it ${reason}. Check the credentials: the environment, the profile, the role, or the client's.`,
  },
  skewed: { code: 'STORAGE_FORBIDDEN', text: (reason) => `it ${reason}. Set the clock of this machine right.` },
  archived: { code: 'STORAGE_FORBIDDEN', text: (reason) => `it ${reason}: it is archived. Restore it first.` },
  damaged: {
    code: 'STORAGE_CORRUPT',
    text: (reason) => `its bytes are damaged on the way (it ${reason}). Try again; if it stays so, check the network.`,
    retryable: true,
  },
  full: { code: 'STORAGE_FULL', text: (reason) => `there is no room left (it ${reason}).`, retryable: true },
  bucket: {
    code: 'STORAGE_UNAVAILABLE',
    text: (_, { bucket }) => `there is no bucket ${bucket.name}. Create it, or correct its name or the endpoint.`,
  },
  elsewhere: {
    code: 'STORAGE_UNAVAILABLE',
    text: (reason) => `the bucket is in another region (it ${reason}). Set the region, as by AWS_REGION.`,
  },
  upload: {
    code: 'STORAGE_UNAVAILABLE',
    text: (reason) => `its upload was ended by somebody else (it ${reason}). Try again.`,
    retryable: true,
  },
  conflict: {
    code: 'STORAGE_UNAVAILABLE',
    text: (reason) => `another request for it came between (it ${reason}). Try again.`,
    retryable: true,
  },
  busy: { code: 'STORAGE_UNAVAILABLE', text: (reason) => `it ${reason}. Try again later.`, retryable: true },
  lost: {
    code: 'STORAGE_UNAVAILABLE',
    text: (reason, deed) => `it ${reason}. ${doubtOf(deed)}Try again later.`,
    retryable: true,
  },
}

/** A failure as an error that says what was not done, why, and what to do; any other error as it is. */
export function explained(error: unknown, deed: Deed): unknown {
  if (!(error instanceof S3Failure)) return error
  if (error.kind === 'changed') return changed(error, deed)
  const { code, text, retryable = false } = EXPLANATIONS[error.kind] ?? REFUSED
  const message = `S3 could not ${deed.action} ${uriOf(deed)}: ${text(error.reason, deed)}`
  return new DataLabError(code, message, {
    ...optionsOf(error, deed),
    retryable,
    audience: code === 'STORAGE_FULL' ? 'user' : 'developer',
  })
}

/** The error of a body that S3 cannot take. */
export function tooLarge(deed: Deed, limit: string): DataLabError {
  return new DataLabError('STORAGE_FULL', `S3 could not ${deed.action} ${uriOf(deed)}: it has more than ${limit}.`, {
    audience: 'user',
    details: detailsOf(deed),
  })
}

function changed(failure: S3Failure, deed: Deed): DataLabError {
  return new DataLabError(
    'SOURCE_CHANGED',
    `${basename(deed.key)} was replaced or deleted while it was read. Open it again for what is there now.`,
    { ...optionsOf(failure, deed), audience: 'user', retryable: true },
  )
}

function optionsOf(failure: S3Failure, deed: Deed): DataLabErrorOptions {
  const { status, code, requestId, cause } = failure
  const details = {
    ...detailsOf(deed),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { s3Code: code }),
    ...(requestId !== undefined && { requestId }),
  }
  return { details, ...(cause === undefined ? {} : { cause }) }
}

function detailsOf({ bucket, key }: Deed): Record<string, unknown> {
  return { bucket: bucket.name, key }
}

function adviceOnPermission({ bucket, action }: Deed): string {
  const allow = `Allow ${PERMISSIONS[action]} for these credentials.`
  if (action !== 'read' && action !== 'look up') return allow
  // An answer to HEAD has no body that would say which of these it is.
  const wrong = action === 'look up' ? 'when the credentials are wrong, and ' : ''
  return `${allow} It answers so, too, ${wrong}for an object that is not there, unless s3:ListBucket on ${bucket.name} is allowed.`
}

function doubtOf({ action }: Deed): string {
  return action === 'put' ? 'It may be there nevertheless. ' : ''
}

/** Where something lies: what anybody may read, unlike an address with a signature. */
function uriOf({ bucket, key }: Deed): string {
  return `s3://${bucket.name}/${bucket.nameOf(key)}`
}
