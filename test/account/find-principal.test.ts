import { describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { findPrincipal, ownerAdvice } from '../../src/account/find-principal.ts';
import { details } from './fixture.ts';

const account = parseAuthorizationDetails(details, 'account.json');
const find = (kind: 'role' | 'user', name: string, more: { accountId?: string; arn?: string } = {}) =>
  findPrincipal(account, { kind, name, ...more });

describe('finding a principal', () => {
  it('finds it by name in any case and by ARN', () => {
    expect(find('role', 'WORKER').name).toBe('worker');
    expect(find('role', 'worker', { arn: 'arn:aws:iam::111122223333:role/team/worker' }).name).toBe('worker');
    expect(find('user', 'ann', { accountId: '111122223333' }).kind).toBe('user');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a slip', () => find('role', 'wroker'), /no role `wroker`: did you mean `worker`\?/],
    ['a part', () => find('role', 'ElastiCache'), /did you mean `AWSServiceRoleForElastiCache`/],
    ['nothing near', () => find('role', 'zzzzzzzzzz'), /it has 3 roles/],
    ['a user called a role', () => find('role', 'ann'), /but a user of that name: use `--user`/],
    [
      'another account',
      () => find('role', 'worker', { accountId: '444455556666' }),
      /but the account given is/,
    ],
    [
      'another path',
      () => find('role', 'worker', { arn: 'arn:aws:iam::111122223333:role/worker' }),
      /its role `worker` is `arn/,
    ],
  ])('explains %s', (_, run, message) => expect(run).toThrow(message));

  it('says where roles of AWS and of Identity Center are changed', () => {
    expect(ownerAdvice(find('role', 'worker'))).toBeUndefined();
    expect(ownerAdvice(find('role', 'AWSServiceRoleForElastiCache'))).toMatch(/linked to an AWS service/);
    expect(ownerAdvice(find('role', 'AWSReservedSSO_Admin_0123456789abcdef'))).toMatch(/permission set/);
  });
});
