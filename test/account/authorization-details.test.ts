import { describe, expect, it } from 'vitest';
import type { AccountPrincipal } from '../../src/account/account.ts';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { UsageError } from '../../src/errors.ts';
import { AWS_READ, allow, changed, details, LIMIT, type Loose, READER } from './fixture.ts';

const parse = (value: unknown) => parseAuthorizationDetails(value, 'account.json');
const named = (value: unknown, name: string): AccountPrincipal =>
  parse(value).principals.find((one) => one.name === name)!;

describe('authorization details', () => {
  it('reads a role with all that belongs to it', () => {
    expect(named(details, 'worker')).toEqual({
      kind: 'role',
      arn: 'arn:aws:iam::111122223333:role/team/worker',
      accountId: '111122223333',
      name: 'worker',
      path: '/team/',
      id: 'AROAEXAMPLEWORKER',
      createdAt: Date.UTC(2024, 1, 1, 10),
      policies: [
        {
          source: 'customer-managed',
          name: 'Reader',
          arn: READER,
          document: allow('s3:Get*'),
          versionId: 'v2',
          createdAt: Date.UTC(2024, 3, 4),
          attachmentCount: 2,
        },
        { source: 'inline', name: 'inline', document: allow('s3:GetObject', 'arn:aws:s3:::a+b/100%/*') },
      ],
      boundary: {
        source: 'customer-managed',
        name: 'Limit',
        arn: LIMIT,
        document: allow('s3:*'),
        versionId: 'v1',
        createdAt: Date.UTC(2024, 0, 1),
        attachmentCount: 0,
      },
      trustPolicy: expect.objectContaining({ Version: '2012-10-17' }),
      maxSessionDurationSeconds: 7200,
      groups: [],
      instanceProfiles: [{ name: 'worker', arn: 'arn:aws:iam::111122223333:instance-profile/worker' }],
      tags: [
        ['cost', ''],
        ['team', 'blue'],
      ],
      lastUsedAt: Date.UTC(2024, 5, 1),
      lastUsedRegion: 'eu-west-1',
    });
  });

  it("gives a user its groups' policies and tells through which group", () => {
    const ann = named(details, 'ann');
    expect(ann.groups).toEqual(['devs']);
    expect(ann.policies.map((one) => [one.source, one.name, one.group])).toEqual([
      ['group-managed', 'ReadOnlyAccess', 'devs'],
      ['group-inline', 'own', 'devs'],
    ]);
    expect(ann.problems).toBeUndefined();
  });

  it('tells roles that only AWS or Identity Center can change', () => {
    expect(parse(details).principals.map((one) => [one.name, one.managedBy])).toEqual([
      ['AWSReservedSSO_Admin_0123456789abcdef', 'identity-center'],
      ['AWSServiceRoleForElastiCache', 'service-linked'],
      ['worker', undefined],
      ['ann', undefined],
    ]);
  });

  it('is the same for documents as objects and as strings, and for one page and several', () => {
    const plain = changed((copy) => {
      for (const role of copy.RoleDetailList)
        if (typeof role.AssumeRolePolicyDocument === 'string')
          role.AssumeRolePolicyDocument = JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument));
      for (const one of copy.RoleDetailList[0].RolePolicyList)
        one.PolicyDocument = JSON.parse(decodeURIComponent(one.PolicyDocument));
    });
    const pages = [
      { RoleDetailList: details.RoleDetailList, UserDetailList: [], IsTruncated: true, Marker: 'x' },
      { UserDetailList: details.UserDetailList, GroupDetailList: details.GroupDetailList },
      { RoleDetailList: [], Policies: details.Policies, IsTruncated: false },
    ];
    expect(parse(plain)).toEqual(parse(details));
    expect(parse(pages)).toEqual(parse(details));
  });

  it.each<[string, (copy: Loose) => void, string, RegExp]>([
    [
      'an AWS-managed policy that is not in the file',
      (c) => {
        c.Policies = c.Policies.filter((one: Loose) => one.Arn !== AWS_READ);
      },
      'ann',
      /^policy `arn:aws:iam::aws:policy\/ReadOnlyAccess` is attached but not in `account.json`$/,
    ],
    [
      'a boundary that is not in the file',
      (c) => {
        c.Policies = c.Policies.filter((one: Loose) => one.Arn !== LIMIT);
      },
      'worker',
      /Limit` is attached but not in/,
    ],
    [
      'a group that is not in the file',
      (c) => {
        c.GroupDetailList = [];
      },
      'ann',
      /^group `devs` is not in/,
    ],
    [
      'a default version that is not in the file',
      (c) => {
        c.Policies[0].PolicyVersionList.pop();
      },
      'worker',
      /default version `v2` is not in/,
    ],
    [
      'a document that is no JSON',
      (c) => {
        c.RoleDetailList[0].RolePolicyList[0].PolicyDocument = '%7Bnope';
      },
      'worker',
      /^inline policy `inline` is unknown: its document is not valid JSON$/,
    ],
    [
      'a document with a broken escape',
      (c) => {
        c.RoleDetailList[0].RolePolicyList[0].PolicyDocument = '%7B%ZZ';
      },
      'worker',
      /not validly percent-encoded/,
    ],
    [
      'a trust policy that is missing',
      (c) => {
        delete c.RoleDetailList[0].AssumeRolePolicyDocument;
      },
      'worker',
      /^the trust policy is unknown: its document is missing$/,
    ],
  ])('names %s, never taking it as empty', (_, edit, name, problem) => {
    const account = parse(changed(edit));
    const principal = account.principals.find((one) => one.name === name)!;
    expect(principal.problems).toEqual([expect.stringMatching(problem)]);
    expect(account.problems).toEqual([`${principal.kind} \`${name}\`: ${principal.problems![0]}`]);
    for (const one of [...principal.policies, ...(principal.boundary ? [principal.boundary] : [])])
      expect(one.document === undefined).toBe(one.problem !== undefined);
  });

  it('takes the first of two entries for one principal, and says so', () => {
    const twice = changed((copy) => copy.RoleDetailList.push(copy.RoleDetailList[0]));
    expect(parse(twice).principals).toEqual(parse(details).principals);
    expect(parse(twice).problems).toEqual([expect.stringContaining('more than once')]);
  });

  it.each<[string, unknown, RegExp]>([
    ['list-roles', { Roles: [] }, /looks like the output of `aws iam list-roles`, which has no policies/],
    ['a policy', allow('s3:*'), /looks like a policy document/],
    ['a log file', { Records: [] }, /looks like a CloudTrail log file/],
    ['an empty object', {}, /holds an empty object/],
    ['null', null, /holds null/],
    ['an empty list', [], /holds a list/],
    ['a string', 'x', /holds a string/],
    ['other keys', { a: 1, b: 2, c: 3, d: 4 }, /it has the keys `a`, `b`, `c`$/],
    [
      'a list that is none',
      { RoleDetailList: [], UserDetailList: {} },
      /`UserDetailList` in `account.json` is not a list/,
    ],
    [
      'an entry that is none',
      { RoleDetailList: [7] },
      /`RoleDetailList\[0\]` in `account.json` is not an object/,
    ],
    [
      'a role without ARN',
      changed((c) => delete c.RoleDetailList[1].Arn),
      /`RoleDetailList\[1\].Arn` in .* is missing/,
    ],
    ['a role without id', changed((c) => delete c.RoleDetailList[1].RoleId), /`RoleDetailList\[1\].RoleId`/],
    [
      'an ARN of something else',
      changed((c) => {
        c.RoleDetailList[0].Arn = 'arn:aws:s3:::b';
      }),
      /which is no ARN of an IAM role/,
    ],
    ['an empty account', { RoleDetailList: [], UserDetailList: [] }, /lists no role, user or group/],
    [
      'two accounts',
      changed((c) => {
        c.UserDetailList[0].Arn = 'arn:aws:iam::444455556666:user/ann';
      }),
      /mixes the accounts `111122223333` and `444455556666`/,
    ],
    [
      'a cut-off list',
      changed((c) => Object.assign(c, { IsTruncated: true, Marker: 'x' })),
      /ends in the middle/,
    ],
    ['a cut-off CLI list', changed((c) => Object.assign(c, { NextToken: 'x' })), /ends in the middle/],
  ])('refuses %s in one line', (_, value, message) => {
    let caught: unknown;
    try {
      parse(value);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    expect((caught as Error).message).toMatch(message);
    expect((caught as Error).message).not.toMatch(/[\n]|\.$/);
  });
});

describe('groups and managed policies of the account', () => {
  it('lists groups with their members and policies, and every managed policy', () => {
    const account = parse(details);
    expect(account.groups).toEqual([
      expect.objectContaining({
        name: 'devs',
        members: ['ann'],
        arn: 'arn:aws:iam::111122223333:group/devs',
      }),
    ]);
    expect(account.groups![0]!.policies.map((one) => one.name)).toEqual(['ReadOnlyAccess', 'own']);
    expect(account.managedPolicies!.map((one) => [one.arn, one.versionId])).toEqual([
      [LIMIT, 'v1'],
      [READER, 'v2'],
      [AWS_READ, 'v90'],
    ]);
  });
});
