import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { Sdk } from './load-sdk.js'
import type { ClientSettings } from './settings.js'

/** Servers of one's own have no regions, and the SDK wants one nevertheless. */
const ANY_REGION = 'us-east-1'

/** A client of its own for a storage: what the settings do not say, the SDK finds in the environment. */
export async function makeClient(sdk: Sdk, settings: ClientSettings): Promise<S3Client> {
  const { region, endpoint, credentials, connectTimeoutMs, idleTimeoutMs } = settings
  const isElsewhere = endpoint !== undefined || hasEndpoint(process.env)
  const pathStyle = settings.pathStyle ?? (isElsewhere ? true : undefined)
  const config: S3ClientConfig = {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    ...(pathStyle !== undefined && { forcePathStyle: pathStyle }),
    followRegionRedirects: true,
    // It would have the SDK make a connection for each part, and wait for servers that do not know it.
    expectContinueHeader: false,
    // Every request carries an MD5, which all servers check; more than that some refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
  }
  const client = new sdk.S3Client(config)
  if (!isElsewhere || (await hasRegion(client))) return client
  client.destroy()
  return new sdk.S3Client({ ...config, region: ANY_REGION })
}

async function hasRegion({ config }: S3Client): Promise<boolean> {
  return config.region().then(
    () => true,
    () => false,
  )
}

function hasEndpoint(env: NodeJS.ProcessEnv): boolean {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return false
  return Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL)
}
