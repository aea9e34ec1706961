/**
 * AWS's credential report: the CSV of `aws iam get-credential-report`, or that command's JSON around it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
import { UsageError } from '../errors.ts';
import type { AccessKeyUse, CredentialReport, UserCredentials } from './account.ts';
import { parseCsv } from './csv.ts';
import { byCodeUnit, defined, isJson, optionalText, parseTime, time } from './fields.ts';
import { recognise } from './recognise.ts';

const ROOT = '<root_account>';
/** Columns without which a file is not this report. AWS appends new ones; those are left alone. */
const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_2_active',
] as const;

/** `N/A`, `no_information` and `not_supported` are AWS's words for nothing. */
const told = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || /^(N\/A|no_information|not_supported)$/i.test(value)
    ? undefined
    : value;
const yes = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

type Row = (column: string) => string | undefined;

/** Reads the report. Throws a UsageError that names the line for anything that is not whole. */
export function parseCredentialReport(content: string, origin: string): CredentialReport {
  const { csv, generatedAt } = unwrap(content, origin);
  const rows = parseCsv(csv);
  const [header, ...lines] = rows ?? [];
  const missing = COLUMNS.filter((column) => !header?.includes(column));
  if (!header || missing.length > 0)
    throw new UsageError(
      `\`${origin}\` is not a credential report: ${header ? `column \`${missing[0]}\` is missing` : 'it is no CSV'}; give the output of \`aws iam get-credential-report\``,
    );
  const users = lines.map((fields, index) => {
    if (fields.length !== header.length)
      throw new UsageError(
        `line ${index + 2} of \`${origin}\` has ${fields.length} fields instead of ${header.length}: the report is cut off or was edited; get it again`,
      );
    const values = new Map(header.map((column, at) => [column, fields[at]!]));
    return readUser((column) => values.get(column), index + 2, origin);
  });
  const ids = new Set(users.map((one) => one.arn.split(':')[4] ?? ''));
  if (ids.size !== 1)
    throw new UsageError(
      users.length === 0
        ? `\`${origin}\` lists nobody, not even root: get the credential report again`
        : `\`${origin}\` mixes the accounts ${[...ids]
            .sort(byCodeUnit)
            .map((id) => `\`${id}\``)
            .join(' and ')}: give the report of one account`,
    );
  return {
    ...defined('generatedAt', generatedAt),
    accountId: [...ids][0]!,
    users: users.sort((a, b) => Number(b.root) - Number(a.root) || byCodeUnit(a.user, b.user)),
    origin,
  };
}

/** The CSV itself, out of AWS's JSON where it stands in one (base64 in `Content`). */
function unwrap(content: string, origin: string): { readonly csv: string; readonly generatedAt?: number } {
  if (!/^\s*[[{]/.test(content)) return { csv: content };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new UsageError(
      `\`${origin}\` is neither CSV nor valid JSON: give the output of \`aws iam get-credential-report\``,
    );
  }
  const encoded = isJson(value) ? optionalText(value, 'Content') : undefined;
  if (!isJson(value) || encoded === undefined)
    throw new UsageError(
      `\`${origin}\` is not the output of \`aws iam get-credential-report\`: ${recognise(value)}`,
    );
  return {
    csv: Buffer.from(encoded, 'base64').toString('utf8'),
    ...defined('generatedAt', time(value, 'GeneratedTime')),
  };
}

function readUser(row: Row, line: number, origin: string): UserCredentials {
  const user = told(row('user'));
  const arn = told(row('arn'));
  if (
    user === undefined ||
    arn === undefined ||
    !/^arn:[^:]+:iam::\d{12}:(root|user\/[^\p{Cc}\p{Zl}\p{Zp}]+)$/u.test(arn)
  )
    throw new UsageError(
      `line ${line} of \`${origin}\` names no user with an ARN: get the credential report again`,
    );
  const at = (column: string): number | undefined => parseTime(told(row(column)));
  const enabled = told(row('password_enabled'));
  return {
    user,
    arn,
    root: user === ROOT,
    ...defined('createdAt', at('user_creation_time')),
    password: {
      ...defined('enabled', enabled === undefined ? undefined : yes(enabled)),
      ...defined('lastUsed', at('password_last_used')),
      ...defined('lastChanged', at('password_last_changed')),
      ...defined('nextRotation', at('password_next_rotation')),
    },
    mfaActive: yes(row('mfa_active')),
    accessKeys: ([1, 2] as const).flatMap((slot) => readKey(row, slot, at)),
    activeCertificates: [1, 2].filter((slot) => yes(row(`cert_${slot}_active`))).length,
  };
}

/** A slot holds a key where it is active or was ever rotated; a deactivated key keeps its times. */
function readKey(row: Row, slot: 1 | 2, at: (column: string) => number | undefined): readonly AccessKeyUse[] {
  const name = `access_key_${slot}`;
  const active = yes(row(`${name}_active`));
  const lastRotated = at(`${name}_last_rotated`);
  if (!active && lastRotated === undefined) return [];
  return [
    {
      slot,
      active,
      ...defined('lastRotated', lastRotated),
      ...defined('lastUsed', at(`${name}_last_used_date`)),
      ...defined('lastUsedRegion', told(row(`${name}_last_used_region`))),
      ...defined('lastUsedService', told(row(`${name}_last_used_service`))),
    },
  ];
}
