/** Facts of the account itself from AWS's own output, read live or from the files of a snapshot. */
import { UsageError } from '../errors.ts';
import type { AccountFacts, PasswordPolicy } from './account.ts';
import { parseCredentialReport } from './credential-report.ts';
import { byCodeUnit, defined, field, isJson, optionalNumber, parseTime } from './fields.ts';
import { parseOrganization, parseOrganizationAccess } from './organization.ts';
import { recognise } from './recognise.ts';

/**
 * `aws iam get-account-password-policy`; a snapshot writes `{"PasswordPolicy": null}` where none is set.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
 */
export function parsePasswordPolicy(value: unknown, origin: string): PasswordPolicy | 'none' {
  const raw = isJson(value) && Object.hasOwn(value, 'PasswordPolicy') ? value.PasswordPolicy : undefined;
  if (raw === null) return 'none';
  if (!isJson(raw))
    throw new UsageError(
      `\`${origin}\` is not the output of \`aws iam get-account-password-policy\`: ${recognise(value)}`,
    );
  const on = (key: string): boolean => field(raw, key) === true;
  return {
    // AWS's own default where the answer leaves it out.
    minimumLength: optionalNumber(raw, 'MinimumPasswordLength') ?? 6,
    requireSymbols: on('RequireSymbols'),
    requireNumbers: on('RequireNumbers'),
    requireUppercase: on('RequireUppercaseCharacters'),
    requireLowercase: on('RequireLowercaseCharacters'),
    usersMayChange: on('AllowUsersToChangePassword'),
    hardExpiry: on('HardExpiry'),
    ...defined('maxAgeDays', on('ExpirePasswords') ? optionalNumber(raw, 'MaxPasswordAge') : undefined),
    ...defined('reusePrevention', optionalNumber(raw, 'PasswordReusePrevention')),
  };
}

/** `aws iam get-account-summary`. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
export function parseAccountSummary(value: unknown, origin: string): readonly (readonly [string, number])[] {
  const map = isJson(value) ? field(value, 'SummaryMap') : undefined;
  if (!isJson(map))
    throw new UsageError(
      `\`${origin}\` is not the output of \`aws iam get-account-summary\`: ${recognise(value)}`,
    );
  return Object.entries(map)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .sort((a, b) => byCodeUnit(a[0], b[0]));
}

/** Each part as AWS's command prints it; absent where it was not given or could not be read. */
export interface RawFacts {
  /** The CSV; when AWS made it stands beside it. */
  readonly credentialReport?: { readonly csv: string; readonly generatedAt?: string };
  readonly passwordPolicy?: unknown;
  readonly summary?: unknown;
  readonly organization?: unknown;
  readonly organizationAccess?: unknown;
}

/** Reads all parts; `origin` names the file a part came from, for messages. */
export function parseFacts(raw: RawFacts, origin: (part: keyof RawFacts) => string): AccountFacts {
  const read = <T>(part: keyof RawFacts, parse: (value: unknown, origin: string) => T): T | undefined =>
    raw[part] === undefined ? undefined : parse(raw[part], origin(part));
  const report = raw.credentialReport;
  const credentials = report && parseCredentialReport(report.csv, origin('credentialReport'));
  const organization = read('organization', parseOrganization);
  const access = read('organizationAccess', parseOrganizationAccess);
  return {
    ...defined(
      'credentials',
      credentials && { ...credentials, ...defined('generatedAt', parseTime(report?.generatedAt)) },
    ),
    ...defined('passwordPolicy', read('passwordPolicy', parsePasswordPolicy)),
    ...defined('summary', read('summary', parseAccountSummary)),
    ...defined('organization', organization && { ...organization, ...defined('access', access) }),
  };
}
