/** Any account, at any page size, is the same live (through the SDK and the wire) as from its file. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import type { Json } from '../../src/account/fields.ts';
import { readLiveAccount, readLivePrincipal } from '../../src/account/live.ts';
import { accountHandlers } from '../faults/aws-api-account.ts';
import { type ApiServer, startApiServer } from '../faults/aws-api-server.ts';
import { liveOptions } from '../faults/live-options.ts';

const ID = '111122223333';
let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

// XML 1.0 cannot carry lone surrogates or most control characters; JSON escapes keep them out of IAM's answers.
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const name = fc.stringMatching(/^[A-Za-z0-9+=,.@_-]{1,20}$/);
const path = fc.constantFrom('/', '/team/', '/a/b/', '/service-role/');
const document = fc.record({
  Version: fc.constant('2012-10-17'),
  Statement: fc.array(fc.record({ Sid: text, Effect: fc.constant('Allow'), Action: text, Resource: text }), {
    maxLength: 3,
  }),
});
const day = fc.integer({ min: 1, max: 28 }).map((one) => `2024-01-${String(one).padStart(2, '0')}T00:00:00Z`);
const unique = <T extends Json>(one: fc.Arbitrary<T>, key: string, maxLength: number) =>
  fc.uniqueArray(one, { selector: (entry) => String(entry[key]).toLowerCase(), maxLength });
const inline = unique(fc.record({ PolicyName: name, PolicyDocument: document }), 'PolicyName', 3);
const tags = unique(fc.record({ Key: text, Value: fc.string({ unit: 'grapheme', maxLength: 8 }) }), 'Key', 3);

const policies = unique(
  fc.record({ PolicyName: name, Path: path, document, day, at: fc.integer({ min: 1, max: 9 }) }).map(
    (one): Json => ({
      PolicyName: one.PolicyName,
      Arn: `arn:aws:iam::${ID}:policy${one.Path}${one.PolicyName}`,
      Path: one.Path,
      DefaultVersionId: `v${one.at}`,
      AttachmentCount: 1,
      PolicyVersionList: [
        { Document: one.document, VersionId: `v${one.at}`, IsDefaultVersion: true, CreateDate: one.day },
      ],
    }),
  ),
  'PolicyName',
  5,
);

/** Holders of policies, as many kinds as IAM has, all drawing on the same managed policies. */
const account = policies.chain((managed) => {
  const refs = managed.map((one) => ({ PolicyName: one.PolicyName, PolicyArn: one.Arn }));
  const attached = fc.subarray(refs);
  const boundary = fc.option(fc.constantFrom(undefined, ...refs), { nil: undefined }).map((one) =>
    one === undefined
      ? {}
      : {
          PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: one.PolicyArn },
        },
  );
  const holder = (kind: 'Role' | 'User' | 'Group') =>
    fc
      .tuple(
        name,
        path,
        day,
        attached,
        inline,
        kind === 'Group' ? fc.constant([]) : tags,
        kind === 'Group' ? fc.constant({}) : boundary,
      )
      .map(
        ([title, at, created, attachments, own, labels, bound]): Json => ({
          Path: at,
          [`${kind}Name`]: title,
          [`${kind}Id`]: `ID${kind}${title}`,
          Arn: `arn:aws:iam::${ID}:${kind.toLowerCase()}${at}${title}`,
          CreateDate: created,
          [`${kind}PolicyList`]: own,
          AttachedManagedPolicies: attachments,
          ...(kind === 'Group' ? {} : { Tags: labels }),
          ...bound,
        }),
      );
  const groups = unique(holder('Group'), 'GroupName', 3);
  const roles = unique(
    fc.tuple(holder('Role'), document, fc.integer({ min: 1, max: 12 })).map(
      ([role, trust, hours]): Json => ({
        ...role,
        AssumeRolePolicyDocument: trust,
        MaxSessionDuration: hours * 3600,
        InstanceProfileList: [],
      }),
    ),
    'RoleName',
    4,
  ).filter((all) => all.length > 0);
  return fc.tuple(fc.constant(managed), groups, roles).chain(([Policies, GroupDetailList, RoleDetailList]) =>
    unique(
      fc
        .tuple(holder('User'), fc.subarray(GroupDetailList.map((one) => one.GroupName)))
        .map(([user, GroupList]): Json => ({ ...user, GroupList })),
      'UserName',
      3,
    ).map((UserDetailList): Json => ({ Policies, GroupDetailList, RoleDetailList, UserDetailList })),
  );
});

describe('any account', () => {
  it('is the same live as from its file, as a whole and principal by principal', async () => {
    await fc.assert(
      fc.asyncProperty(account, fc.integer({ min: 1, max: 4 }), async (details, size) => {
        server.use(accountHandlers(details, ID, size));
        const file = parseAuthorizationDetails(details, 'account.json');
        expect((await readLiveAccount(liveOptions(server.url))).account).toEqual(file);
        for (const one of file.principals) {
          const live = await readLivePrincipal(liveOptions(server.url), { kind: one.kind, name: one.name });
          expect(live.account.principals).toEqual([one]);
        }
      }),
      { numRuns: 15 },
    );
  });
});
