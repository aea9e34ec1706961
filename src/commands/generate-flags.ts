/** Flags of the default command; apart from it, so that `--help` loads nothing else. */
import type { Argv } from 'yargs';
import { ATHENA_COST_FLAGS, ATHENA_FLAGS } from './athena-flags.ts';
import { AWS_FLAGS, PUBLIC_KEYS_FLAG } from './aws-flags.ts';
import { exclusionFlags } from './exclusion-flags.ts';
import { outputFlags } from './output-flags.ts';
import { principalFlags, windowFlags } from './principal-flags.ts';
import { S3_FLAGS } from './s3-flags.ts';

/** Where the evidence comes from; `verify` and `review` take the same. */
export function evidenceFlags(yargs: Argv): Argv {
  return exclusionFlags(yargs)
    .option('source', {
      choices: ['dir', 's3', 'athena', 'lookup'] as const,
      default: 'dir' as const,
      describe: 'where the events are',
      group: 'Evidence:',
    })
    .option('logs', {
      type: 'string',
      describe: 'folder or file with CloudTrail logs (--source dir)',
      group: 'Evidence:',
    })
    .option('account', {
      type: 'string',
      describe: 'output of `aws iam get-account-authorization-details`',
      group: 'Evidence:',
    })
    .option('last-accessed', {
      type: 'string',
      describe: 'output of `aws iam get-service-last-accessed-details`',
      group: 'Evidence:',
    })
    .option('trails', {
      type: 'string',
      describe: 'trail facts written by `gen-policy snapshot`',
      group: 'Evidence:',
    })
    .option('verify-digests', {
      type: 'boolean',
      describe: "leave out files that CloudTrail's signed digests show to be tampered with",
      group: 'Evidence:',
    })
    .options({ ...PUBLIC_KEYS_FLAG, ...AWS_FLAGS, ...S3_FLAGS, ...ATHENA_FLAGS, ...ATHENA_COST_FLAGS })
    .option('allow-incomplete', {
      type: 'boolean',
      describe: 'exit 0 although the evidence has gaps',
      group: 'Evidence:',
    });
}

export function generateFlags(yargs: Argv): Argv {
  return policyFlags(
    outputFlags(evidenceFlags(windowFlags(principalFlags(yargs)))).option('out', {
      type: 'string',
      describe: 'folder for policy-<n>.json, result.json and report.md',
      group: 'Output:',
    }),
  );
}

/** What shapes the policies; `review` takes the same. */
export function policyFlags(yargs: Argv): Argv {
  return yargs
    .option('resources', {
      choices: ['auto', 'exact', 'prefix', 'type'] as const,
      default: 'auto' as const,
      describe: 'how observed resources become patterns',
      group: 'Policy:',
    })
    .option('conditions', {
      type: 'string',
      describe:
        'conditions to add where every call carried them, comma-separated: mfa, requested-region, source-ip, source-vpce, via-service',
      group: 'Policy:',
    })
    .option('grace-days', {
      type: 'number',
      default: 14,
      describe: 'keep grants younger than this',
      group: 'Policy:',
    })
    .option('min-days-seen', {
      type: 'number',
      default: 1,
      describe: 'grant only what was used on at least N days',
      group: 'Policy:',
    })
    .option('access-analyzer', {
      type: 'boolean',
      default: false,
      describe: 'have IAM Access Analyzer check the new policies: sends them to AWS, one call is charged',
      group: 'Policy:',
    })
    .option('allow-wider-wildcards', {
      type: 'boolean',
      default: false,
      describe: 'let action wildcards match unused actions when size demands it',
      group: 'Policy:',
    })
    .option('replace-groups', {
      type: 'boolean',
      default: false,
      describe: 'end memberships that give a user more than it needs; a policy of its own takes their place',
      group: 'Policy:',
    })
    .option('max-managed-policies', {
      type: 'number',
      describe: 'most managed policies the principal may have, where its quota is not the default',
      group: 'Policy:',
    })
    .option('config', { type: 'string', describe: 'keep rules and defaults (JSON)', group: 'Policy:' });
}
