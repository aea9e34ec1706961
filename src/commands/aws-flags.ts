/** Flags that every command reaching AWS takes, and their values as options. */
import type { AwsOptions } from '../trail/aws-config.ts';

/** Flags for a yargs builder. Names follow the AWS command line. */
export const AWS_FLAGS = {
  profile: { type: 'string', describe: 'AWS profile to use', group: 'AWS:' },
  region: { type: 'string', describe: 'AWS region for calls that need one', group: 'AWS:' },
  'role-arn': { type: 'string', describe: 'role to assume before reading anything', group: 'AWS:' },
  'external-id': { type: 'string', describe: 'external id for --role-arn', group: 'AWS:' },
  'endpoint-url': { type: 'string', describe: 'endpoint to use instead of those of AWS', group: 'AWS:' },
} as const;

/** Keys that were saved before, in the place of the call for them. */
export const PUBLIC_KEYS_FLAG = {
  'public-keys': {
    type: 'string',
    describe: 'output of `aws cloudtrail list-public-keys`, to validate digests without AWS',
    group: 'Evidence:',
  },
} as const;

/** Values that the flags were given. */
export interface AwsArgs {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

export function awsOptions(args: AwsArgs): AwsOptions {
  const { profile, region, roleArn, externalId, endpointUrl } = args;
  return {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  };
}
