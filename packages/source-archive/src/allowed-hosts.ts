/** Which addresses may be fetched. */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>

  /**
   * @param hosts names, with a port where it is not the usual one
   * @param allowHttp whether http is good enough for other machines, too
   * @throws TypeError when one is no host
   */
  constructor(
    hosts: readonly string[],
    private readonly allowHttp: boolean,
  ) {
    this.#hosts = new Set(hosts.map(normalizedHost))
  }

  /** What is wrong with an address, as the end of a sentence that begins with the file; undefined where nothing is. */
  objection(url: URL): string | undefined {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return `it lies at an address of the kind '${url.protocol.slice(0, 20)}'`
    if (url.username !== '' || url.password !== '') return 'its address carries a user name or a password'
    const host = url.host.slice(0, 100)
    if (!this.#hosts.has(url.host)) return `it lies on ${host}, which is not among the allowed hosts of this source`
    if (url.protocol === 'http:' && !this.allowHttp && !isLoopback(url.hostname))
      return `it lies on ${host} at an http address, which anyone on the way can read and change`
    return undefined
  }
}

function normalizedHost(text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined
  if (url === undefined || url.href !== `https://${url.host}/`)
    throw new TypeError(`The allowed host '${text}' is none; give a name such as 'data.example.org', or 'name:port'.`)
  return url.host
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
