/** How every AWS adapter reaches AWS: one set of flags, one client configuration, one rule for time-outs and retries. */
import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** What the command line says of credentials and endpoints; undefined fields are left to the SDK's own chain. */
export interface AwsOptions {
  readonly profile?: string;
  readonly region?: string;
  /** Role to assume before anything else, with the credentials that profile or environment give. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Credentials to use, and to assume `roleArn` with, instead of those that profile or environment give. */
  readonly credentials?: AwsClientConfig['credentials'];
  /** One endpoint for every service: a local stand-in or a private gateway. */
  readonly endpointUrl?: string;
  /** Milliseconds without a byte after which a request is given up and retried; 60,000 where not set. */
  readonly idleTimeout?: number;
  /** Tries of one request in all; 6 where not set. */
  readonly maxAttempts?: number;
}

/** Fits the constructor of any SDK client. */
export interface AwsClientConfig {
  readonly credentials: NonNullable<S3ClientConfig['credentials']>;
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly socketTimeout: number };
}

export const IDLE_TIMEOUT = 60_000;
const CONNECT_TIMEOUT = 10_000;
const MAX_ATTEMPTS = 6;

/**
 * Client configuration for the options. Credentials are looked up when first used, and renewed by the SDK before they expire.
 * A stalled body ends by `socketTimeout` only: the SDK's `requestTimeout` stops watching once the headers have arrived.
 */
export async function awsClientConfig(options: AwsOptions): Promise<AwsClientConfig> {
  // Which Node this runs on is the package's decision and nothing a user of the command can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const idle = options.idleTimeout ?? IDLE_TIMEOUT;
  const shared = {
    ...(options.region !== undefined && { region: options.region }),
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.endpointUrl !== undefined && { endpoint: options.endpointUrl }),
    maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: Math.min(CONNECT_TIMEOUT, idle), socketTimeout: idle },
  };
  const base =
    options.credentials ??
    fromNodeProviderChain({
      ...(options.profile !== undefined && { profile: options.profile }),
      clientConfig: shared,
    });
  if (options.roleArn === undefined) return { ...shared, credentials: base };
  const credentials = fromTemporaryCredentials({
    masterCredentials: base,
    params: {
      RoleArn: options.roleArn,
      RoleSessionName: 'gen-policy',
      ...(options.externalId !== undefined && { ExternalId: options.externalId }),
    },
    clientConfig: shared,
  });
  return { ...shared, credentials };
}
