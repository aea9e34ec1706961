/** Facts of the account itself from AWS's own output: the password policy and the summary. */
import { UsageError } from '../errors.ts';
import type { PasswordPolicy } from './account.ts';
import { byCodeUnit, defined, field, isJson, optionalNumber } from './fields.ts';
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
