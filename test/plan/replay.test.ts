/** Replay: what counts as covered, call by call. */
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { replay } from '../../src/plan/proof.ts';
import { entryOf, parsed } from '../support/synthesis-input.ts';

const catalogue = await loadCatalogue();
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:q';
const policy = (condition?: object, resource: string | readonly string[] = QUEUE) =>
  parsed({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: resource,
        ...(condition ? { Condition: condition } : {}),
      },
    ],
  });
const missesOf = (condition: object, use: object) =>
  replay(
    [policy()],
    [policy(condition)],
    [entryOf({ action: 'sqs:SendMessage', resource: QUEUE, ...use }, catalogue)],
    catalogue,
  ).misses.map((miss) => miss.reason);

describe('replay of a new condition', () => {
  const MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const VPCE = { StringEquals: { 'aws:SourceVpce': 'vpce-11111111' } };
  const ADDRESS = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
  it.each<readonly [string, object, object, readonly string[]]>([
    ['MFA on every call', MFA, { mfa: ['true'] }, []],
    ['a call without MFA', MFA, { mfa: ['false', 'true'] }, ['implicit-deny']],
    [
      'a call that does not tell',
      MFA,
      { mfa: ['true'], lacks: ['mfa'] },
      ['depends on aws:multifactorauthpresent'],
    ],
    [
      'MFA of a service on behalf',
      MFA,
      { mfa: ['true'], via: ['s3.amazonaws.com'] },
      ['depends on aws:multifactorauthpresent'],
    ],
    ['the endpoint on every call', VPCE, { vpcEndpoints: ['vpce-11111111'] }, []],
    ['another endpoint', VPCE, { vpcEndpoints: ['vpce-11111111', 'vpce-22222222'] }, ['implicit-deny']],
    [
      'a call through none',
      VPCE,
      { vpcEndpoints: ['vpce-11111111'], lacks: ['vpcEndpoints'] },
      ['depends on aws:sourcevpce'],
    ],
    ['addresses inside', ADDRESS, { sourceIps: ['192.0.2.1', '192.0.2.9'] }, []],
    ['an address outside', ADDRESS, { sourceIps: ['192.0.2.1', '198.51.100.1'] }, ['implicit-deny']],
    [
      'a private address, whose endpoint the record does not name',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { sourceIps: ['10.40.12.18'] },
      ['depends on aws:sourceip'],
    ],
    [
      'an address behind an endpoint',
      ADDRESS,
      { sourceIps: ['192.0.2.1'], vpcEndpoints: ['vpce-11111111'] },
      ['depends on aws:sourceip'],
    ],
  ])('%s', (_, condition, use, reasons) => expect(missesOf(condition, use)).toEqual(reasons));
});

describe('replay of a resource known in part', () => {
  const PART = 'arn:aws:sqs:eu-west-1:111122223333:job-??';
  const replayed = (old: string | undefined, fresh: string | readonly string[]) =>
    replay(
      old === undefined ? undefined : [policy(undefined, old)],
      [policy(undefined, fresh)],
      [entryOf({ action: 'sqs:SendMessage', resource: '?', parts: [PART] }, catalogue)],
      catalogue,
    );
  it.each<readonly [string, string | undefined, string | readonly string[], number]>([
    ['all of it allowed', '*', PART, 0],
    ['more than it allowed', '*', 'arn:aws:sqs:*:111122223333:job-*', 0],
    [
      'allowed by two together',
      'arn:aws:sqs:*:111122223333:job-*',
      ['arn:aws:sqs:*:111122223333:job-?*', PART],
      0,
    ],
    ['one name of it allowed', '*', 'arn:aws:sqs:eu-west-1:111122223333:job-01', 1],
    ['only a name of it was granted', 'arn:aws:sqs:eu-west-1:111122223333:job-01', PART, 0],
    ['all of it without an account', undefined, PART, 0],
    ['a name of it without an account', undefined, 'arn:aws:sqs:eu-west-1:111122223333:job-01', 1],
  ])('%s', (_, old, fresh, misses) => {
    const result = replayed(old, fresh);
    expect(result.misses).toHaveLength(misses);
    expect(result.notGrantedBefore).toEqual([]);
    expect(result.notExpressible).toEqual([]);
  });
  it('is none of the old policies where they hold nothing of it', () =>
    expect(replayed('arn:aws:sqs:eu-west-1:111122223333:other', QUEUE).notGrantedBefore).toHaveLength(1));
});
