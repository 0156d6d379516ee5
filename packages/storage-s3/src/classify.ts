import type { FailureKind } from './s3-failure.js'

/** What classifying reads of an error of the SDK or of Node. */
export interface RawError {
  readonly name?: unknown
  readonly Code?: unknown
  readonly code?: unknown
  readonly errno?: unknown
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown }
}

/** Codes that mean more than their status. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  NoSuchBucket: 'bucket',
  NoSuchUpload: 'upload',
  PreconditionFailed: 'precondition',
  InvalidRange: 'range',
  SlowDown: 'busy',
  SlowDownRead: 'busy',
  SlowDownWrite: 'busy',
  Throttling: 'busy',
  ThrottlingException: 'busy',
  TooManyRequests: 'busy',
  RequestLimitExceeded: 'busy',
  RequestTimeout: 'lost',
  BadDigest: 'damaged',
  IncompleteBody: 'damaged',
  XAmzContentSHA256Mismatch: 'damaged',
  XAmzContentChecksumMismatch: 'damaged',
  RequestTimeTooSkewed: 'skewed',
  ExpiredToken: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidToken: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  TokenRefreshRequired: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  InvalidObjectState: 'archived',
  AuthorizationHeaderMalformed: 'elsewhere',
  PermanentRedirect: 'elsewhere',
  TemporaryRedirect: 'elsewhere',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
}

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  301: 'elsewhere',
  307: 'elsewhere',
  308: 'elsewhere',
  401: 'forbidden',
  403: 'forbidden',
  404: 'missing',
  408: 'lost',
  409: 'conflict',
  412: 'precondition',
  416: 'range',
  429: 'busy',
  501: 'refused',
  505: 'refused',
  507: 'full',
}

/** Network failures that no waiting cures. */
const FOR_GOOD = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO|ERR_INVALID_)/

/** The kind of a request's failure. */
export function kindOf(error: RawError): FailureKind {
  const code = codeOf(error)
  const named = code === undefined || !Object.hasOwn(KINDS, code) ? undefined : KINDS[code]
  if (named !== undefined) return named
  const status = statusOf(error)
  if (status === undefined) return isNetworkError(error) ? 'lost' : 'refused'
  // An answer that says that all is well, and cannot be read.
  if (status < 300) return 'lost'
  return BY_STATUS[status] ?? (status >= 500 ? 'lost' : 'refused')
}

/** The HTTP status of the answer, where there was one. */
export function statusOf({ $metadata }: RawError): number | undefined {
  const status = $metadata?.httpStatusCode
  return typeof status === 'number' && status >= 100 ? status : undefined
}

/** What S3 or the system calls the failure, where it is a word. */
export function codeOf(error: RawError): string | undefined {
  const { Code, code, name } = error
  const word = [Code, code, name].find((one) => typeof one === 'string' && /^[A-Za-z][A-Za-z0-9_.]{2,60}$/.test(one))
  // What the SDK calls an answer that does not say.
  return word === 'Error' || word === 'UnknownError' || word === 'Unknown' ? undefined : String(word ?? '') || undefined
}

function isNetworkError(error: RawError): boolean {
  const { code, name } = error
  if (name === 'TimeoutError') return true
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) && !FOR_GOOD.test(code)
}
