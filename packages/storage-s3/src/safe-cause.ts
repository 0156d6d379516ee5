/** Where signatures and tokens stand in addresses and headers. */
const SIGNED = /((?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|Credential)=)[^&\s"'<>,]+/gi

const HIDDEN = '[hidden]'

/**
 * A copy of an error, fit to be anybody's cause: its name, code, message and stack, and none of what the SDK attaches to it. Answers of S3
 * can quote a request's token and signature.
 *
 * @param secrets texts that stand nowhere in it
 */
export function safeCause(error: unknown, secrets: readonly string[]): Error {
  const { name, code, message, stack, errors } = (error ?? {}) as Partial<AggregateError> & { code?: unknown }
  const text = message || (Array.isArray(errors) ? errors.map((one) => one?.message).join('; ') : String(error))
  const copy = new Error(hide(text, secrets))
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : []
  const label = typeof name === 'string' ? hide(name, secrets) : 'Error'
  Object.defineProperty(copy, 'name', { value: label, configurable: true, writable: true })
  copy.stack = [`${label}: ${copy.message}`, ...frames].join('\n')
  return typeof code === 'string' ? Object.assign(copy, { code: hide(code, secrets) }) : copy
}

function hide(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)])
  const without = forms.reduce((rest, form) => (form === '' ? rest : rest.replaceAll(form, HIDDEN)), text)
  return without.replace(SIGNED, `$1${HIDDEN}`)
}
