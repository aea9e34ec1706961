import { describe, expect, it } from 'vitest';
import { parseCredentialReport } from '../../src/account/credential-report.ts';
import { parseCsv } from '../../src/account/csv.ts';
import { parseAccountSummary, parsePasswordPolicy } from '../../src/account/facts.ts';
import { UsageError } from '../../src/errors.ts';

const HEADER =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';
const ROOT =
  '<root_account>,arn:aws:iam::111122223333:root,2015-01-01T00:00:00+00:00,not_supported,2024-01-02T03:04:05+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A';
const ANN =
  'ann,arn:aws:iam::111122223333:user/team/ann,2023-05-01T10:00:00+00:00,true,no_information,2023-05-02T00:00:00+00:00,N/A,false,true,2023-06-01T00:00:00+00:00,2024-02-03T00:00:00+00:00,eu-west-1,s3,false,2022-06-01T00:00:00+00:00,N/A,N/A,N/A,true,2022-06-01T00:00:00+00:00,false,N/A';
const report = [HEADER, ANN, ROOT].join('\n');
const parse = (text: string) => parseCredentialReport(text, 'report.csv');

describe('credential report', () => {
  it('reads users and root, with nothing where AWS tells nothing', () => {
    expect(parse(report)).toEqual({
      accountId: '111122223333',
      origin: 'report.csv',
      users: [
        {
          user: '<root_account>',
          arn: 'arn:aws:iam::111122223333:root',
          root: true,
          createdAt: Date.UTC(2015, 0, 1),
          password: { lastUsed: Date.UTC(2024, 0, 2, 3, 4, 5) },
          mfaActive: true,
          accessKeys: [],
          activeCertificates: 0,
        },
        {
          user: 'ann',
          arn: 'arn:aws:iam::111122223333:user/team/ann',
          root: false,
          createdAt: Date.UTC(2023, 4, 1, 10),
          password: { enabled: true, lastChanged: Date.UTC(2023, 4, 2) },
          mfaActive: false,
          accessKeys: [
            {
              slot: 1,
              active: true,
              lastRotated: Date.UTC(2023, 5, 1),
              lastUsed: Date.UTC(2024, 1, 3),
              lastUsedRegion: 'eu-west-1',
              lastUsedService: 's3',
            },
            { slot: 2, active: false, lastRotated: Date.UTC(2022, 5, 1) },
          ],
          activeCertificates: 1,
        },
      ],
    });
  });

  it("is the same with AWS's JSON around it, which tells when it was made", () => {
    const json = {
      Content: Buffer.from(report).toString('base64'),
      ReportFormat: 'text/csv',
      GeneratedTime: '2024-06-01T00:00:00Z',
    };
    expect(parse(JSON.stringify(json))).toEqual({ ...parse(report), generatedAt: Date.UTC(2024, 5, 1) });
  });

  it('takes other line ends, a byte order mark, capitals and columns that AWS added later', () => {
    const other = `\ufeff${[`${HEADER},additional_credentials_info`, `${ANN.replaceAll('true', 'TRUE')},N/A`, `${ROOT},x`].join('\r\n')}\r\n`;
    expect(parse(other).users).toEqual(parse(report).users);
  });

  it('takes a name with a comma, which IAM allows, where it is quoted', () => {
    const odd = ANN.replace('ann,', '"a,n",').replace(
      'arn:aws:iam::111122223333:user/team/ann',
      '"arn:aws:iam::111122223333:user/a,n"',
    );
    expect(parse([HEADER, odd, ROOT].join('\n')).users[1]).toMatchObject({
      user: 'a,n',
      arn: 'arn:aws:iam::111122223333:user/a,n',
    });
  });

  it.each<[string, string, RegExp]>([
    ['another CSV', 'a,b\n1,2', /column `user` is missing/],
    ['an empty file', '', /it is no CSV/],
    ['an open quote', `${HEADER}\n"ann`, /it is no CSV/],
    ['a cut-off line', `${report.slice(0, -30)}`, /line 3 of `report.csv` has \d+ fields instead of 22/],
    ['nobody', HEADER, /lists nobody/],
    ['no ARN', [HEADER, ANN.replace('arn:aws', 'x')].join('\n'), /line 2 of `report.csv` names no user/],
    [
      'two accounts',
      [HEADER, ROOT, ANN.replace('111122223333', '444455556666')].join('\n'),
      /mixes the accounts/,
    ],
    ['broken JSON', '{"Content": ', /neither CSV nor valid JSON/],
    ['other JSON', '{"Roles": []}', /list-roles/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow(message);
  });

  it('reads CSV as RFC 4180 says', () => {
    expect(parseCsv('a,"b ""q"" ,\n",c\r\n\n,\n')).toEqual([
      ['a', 'b "q" ,\n', 'c'],
      ['', ''],
    ]);
  });
});

describe('account facts', () => {
  it('reads a password policy, and that there is none', () => {
    const PasswordPolicy = {
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: false,
      AllowUsersToChangePassword: true,
      ExpirePasswords: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
    };
    expect(parsePasswordPolicy({ PasswordPolicy }, 'p')).toEqual({
      minimumLength: 14,
      requireSymbols: true,
      requireNumbers: true,
      requireUppercase: false,
      requireLowercase: false,
      usersMayChange: true,
      hardExpiry: false,
      maxAgeDays: 90,
      reusePrevention: 24,
    });
    expect(
      parsePasswordPolicy({ PasswordPolicy: { ExpirePasswords: false, MaxPasswordAge: 90 } }, 'p'),
    ).not.toHaveProperty('maxAgeDays');
    expect(parsePasswordPolicy({ PasswordPolicy: null }, 'p')).toBe('none');
    expect(() => parsePasswordPolicy({ Roles: [] }, 'p')).toThrow(/list-roles/);
  });

  it('reads the summary', () => {
    expect(parseAccountSummary({ SummaryMap: { Users: 3, AccountMFAEnabled: 1 } }, 's')).toEqual([
      ['AccountMFAEnabled', 1],
      ['Users', 3],
    ]);
    expect(() => parseAccountSummary([], 's')).toThrow(UsageError);
  });
});
