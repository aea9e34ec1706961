/** Decisions read back from a findings.csv, what changed between reviews, and the score that ranks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type CheckResult, found } from '../../src/plan/checks/check.ts';
import type { Severity } from '../../src/plan/plan.ts';
import { compareFindings, compareReviews, type Known } from '../../src/plan/review/changes.ts';
import { parseDecisions } from '../../src/plan/review/decisions.ts';
import type { ReviewRow } from '../../src/plan/review/review.ts';
import { excessOf, scoreOf } from '../../src/plan/review/score.ts';

const HEADER = 'principal,id,statement,actions,reviewer,decision,reason,date,expires';
const ARN = 'arn:aws:iam::111122223333:role/app';
const csv = (...rows: string[]): string => `${[HEADER, ...rows].join('\r\n')}\r\n`;

describe('decisions', () => {
  it('to keep become rules of the principal, with the statement where it has a Sid', () => {
    const { rules, idle } = parseDecisions(
      csv(
        `${ARN},a:1,Orders,s3:GetObject | s3:PutObject,Ana,Keep,"month end, see #12",2026-01-01,2026-12-31`,
        `${ARN},a:2,#0,sqs:SendMessage,Ana,keep,used by hand,,`,
        `${ARN},a:3,,sns:Publish,,remove,,,`,
        `${ARN},a:4,,sns:Publish,,,,,`,
      ),
      'f.csv',
    );
    expect(idle).toBe(0);
    expect([...rules]).toEqual([
      [
        ARN,
        [
          {
            action: 's3:GetObject',
            sid: 'Orders',
            owner: 'Ana',
            reason: 'month end, see #12',
            expires: '2026-12-31',
          },
          {
            action: 's3:PutObject',
            sid: 'Orders',
            owner: 'Ana',
            reason: 'month end, see #12',
            expires: '2026-12-31',
          },
          { action: 'sqs:SendMessage', owner: 'Ana', reason: 'used by hand' },
        ],
      ],
    ]);
  });

  it('to keep what names no action are counted', () => {
    expect(parseDecisions(csv(`${ARN},a:1,,,Ana,keep,meant so,,`), 'f.csv').idle).toBe(1);
  });

  it.each([
    [`${ARN},a:1,,s3:GetObject,Ana,retain,x,,`, 'row 2 of `f.csv` decides `retain`'],
    [`${ARN},a:1,,s3:GetObject,,keep,x,,`, 'row 2 of `f.csv` keeps without a reviewer'],
    [`${ARN},a:1,,s3:GetObject,Ana,keep,,,`, 'row 2 of `f.csv` keeps without a reason'],
    [`${ARN},a:1,,s3:GetObject,Ana,keep,x,,31.12.2026`, 'expires on `31.12.2026`'],
    [`${ARN};a:1`, 'row 2 of `f.csv` has 1 fields instead of 9'],
  ])('%s is refused', (row, message) => {
    expect(() => parseDecisions(csv(row), 'f.csv')).toThrow(UsageError);
    expect(() => parseDecisions(csv(row), 'f.csv')).toThrow(message);
  });

  it('of another file are refused', () => {
    expect(() => parseDecisions('a,b\n1,2\n', 'f.csv')).toThrow('column `principal` is missing');
  });
});

const severity = fc.constantFrom<Severity>('critical', 'high', 'medium', 'low', 'info');
const known = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), severity }), {
  selector: (one) => one.id,
});

const row = (name: string, score: number): ReviewRow => ({
  arn: name,
  kind: 'role',
  accountId: '1',
  name,
  state: 'planned',
  score,
  actions: { after: 0, used: 0 },
  levels: [],
  calls: 0,
  risks: [],
  removals: 0,
  notices: 0,
  complete: true,
});
const NOTHING = { added: [], fixed: [], kept: [], worse: [], expired: [] };

describe('changes', () => {
  const at = (id: string, level: Severity): Known => ({ id, severity: level });
  it('are what is new, fixed and worse; better is none', () => {
    const before = [at('stays', 'low'), at('goes', 'high'), at('worse', 'low'), at('better', 'high')];
    const now = [at('stays', 'low'), at('worse', 'high'), at('better', 'low'), at('new', 'info')];
    expect(compareFindings(before, now)).toEqual({
      ...NOTHING,
      added: ['new'],
      fixed: ['goes'],
      worse: ['worse'],
    });
  });

  it('there and back swap new and fixed; nothing changes against itself', () => {
    fc.assert(
      fc.property(known, known, (a, b) => {
        expect(compareFindings(a, a)).toEqual(NOTHING);
        expect(compareFindings(a, b).added).toEqual(compareFindings(b, a).fixed);
      }),
    );
  });

  it('name who came, who went, and only those who changed', () => {
    const before = {
      window: { from: '', to: '2026-01-01T00:00:00.000Z', days: 90 },
      match: '*',
      principals: [row('same', 1), row('better', 9), row('gone', 1)],
      checks: [],
      accounts: [],
      history: [],
    };
    const now = { accounts: [], checks: [] };
    const rows = [row('same', 1), row('better', 3), row('new', 5)];
    expect(compareReviews(before, now, rows, new Map())).toEqual({
      since: '2026-01-01T00:00:00.000Z',
      arrived: ['new'],
      gone: ['gone'],
      unjudged: [],
      accounts: { arrived: [], gone: [] },
      principals: [{ arn: 'better', score: [9, 3], ...NOTHING }],
      checks: NOTHING,
    });
    const failed = { ...row('better', 0), state: 'failed' } as const;
    expect(compareReviews(before, now, [row('same', 1), failed], new Map())).toMatchObject({
      principals: [],
      unjudged: ['better'],
      gone: ['gone'],
    });
  });

  it('leave out accounts that were read only once', () => {
    const one = (accountId: string, state: 'read' | 'unread') => ({ accountId, state });
    const of = (accountId: string, name: string): ReviewRow => ({ ...row(name, 1), accountId });
    const check = (account: string): CheckResult =>
      found('stale-role', `arn:aws:iam::${account}:role/a`, 'never used');
    const before = {
      window: { from: '', to: '2026-01-01T00:00:00.000Z', days: 90 },
      match: '*',
      principals: [of('1', 'a'), of('2', 'b')],
      checks: [check('1'), check('2')],
      accounts: [one('1', 'read'), one('2', 'read')],
      history: [],
    };
    const now = { accounts: [one('1', 'read'), one('2', 'unread'), one('3', 'read')], checks: [check('3')] };
    expect(compareReviews(before, now, [of('1', 'a'), of('3', 'c')], new Map())).toMatchObject({
      arrived: [],
      gone: [],
      accounts: { arrived: ['3'], gone: ['2'] },
      checks: { added: [], fixed: [check('1').id] },
    });
  });

  it('tell what a decision keeps from what was fixed, and which decisions ran out', () => {
    const before = [
      { ...at('decided', 'low'), actions: ['s3:GetObject', 's3:PutObject'] },
      { ...at('half', 'low'), actions: ['s3:GetObject', 'sqs:SendMessage'] },
      at('expired-rule:1', 'low'),
    ];
    const now = [at('expired-rule:2', 'low')];
    expect(compareFindings(before, now, ['s3:getobject', 's3:PutObject'])).toEqual({
      ...NOTHING,
      fixed: ['half'],
      kept: ['decided'],
      expired: ['expired-rule:2'],
    });
  });
});

describe('the score', () => {
  it('is 0 without excess and 100 where everything can go with every class of risk in it', () => {
    const all = [
      'privilege-escalation',
      'credentials-exposure',
      'data-exfiltration',
      'resource-exposure',
    ] as const;
    expect(scoreOf(all, 0)).toBe(0);
    expect(scoreOf(all, 1)).toBe(100);
  });
  it('grows with the share that can go and with each class of risk', () => {
    expect(scoreOf([], excessOf(100, 50))).toBeLessThan(scoreOf([], excessOf(100, 10)));
    expect(scoreOf([], 0.5)).toBeLessThan(scoreOf(['data-exfiltration'], 0.5));
    expect(scoreOf(['data-exfiltration'], 0.5)).toBeLessThan(scoreOf(['privilege-escalation'], 0.5));
    expect(excessOf(undefined, 5)).toBe(0);
    expect(excessOf(5, 9)).toBe(0);
  });
});
