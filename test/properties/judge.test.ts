/** What judging must hold for any policy, any use and any evidence. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Judged, Judgement, PlanInput } from '../../src/plan/input.ts';
import { judge } from '../../src/plan/judge.ts';
import { isUse } from '../../src/plan/judge-uses.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Seen } from '../../src/usage/coverage.ts';
import { type PlanCase, planInput } from '../support/plan-input.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

const ACTIONS = [
  'kms:DescribeKey',
  'kms:Decrypt',
  'kms:ListKeys',
  's3:GetObject',
  's3:PutObject',
  's3:PutBucketPolicy',
  'iam:PassRole',
  'iam:GetRole',
  'sns:Publish',
  'execute-api:Invoke',
  'kms:NoSuchThing',
  '__proto__:constructor',
];
const PATTERNS = [...ACTIONS, 'kms:*', 's3:Put*', 'iam:?etRole', 'KMS:describekey', 'nothing:*'];
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/';
const RESOURCES = [`${KEY}k1`, `${KEY}k2`, 'arn:aws:s3:::app/1', 'arn:aws:s3:::app/*', '*', `${KEY}\${*}`];
const NAMES = [...RESOURCES, 'any', 'none', 'unresolved', 'arn:aws:s3:::app/${*}?'];
const DAYS = ['2026-01-03', '2026-01-20', '2026-02-10', '2026-03-01', '2026-03-30'];

const list = <T>(values: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const statement = fc
  .record({
    allow: fc.boolean(),
    notAction: fc.constantFrom(false, false, false, false, true),
    notResource: fc.constantFrom(false, false, false, true),
    actions: list(PATTERNS),
    resources: list(RESOURCES),
    sid: fc.constantFrom(undefined, 'A', 'GenPolicyKeepIt'),
  })
  .map(({ allow, notAction, notResource, actions, resources, sid }) => ({
    ...(sid ? { Sid: sid } : {}),
    Effect: allow ? 'Allow' : 'Deny',
    // NotAction grants some twenty thousand actions: a deny of it is as good a test and takes no time.
    [notAction && !allow ? 'NotAction' : 'Action']: actions,
    [notResource ? 'NotResource' : 'Resource']: resources,
  }));
const use = fc.record({
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...NAMES),
  days: list(DAYS).map((days) => days.sort()),
  level: fc.constantFrom('primary' as const, 'conditional' as const, 'possible' as const),
  failed: fc.constantFrom(0, 1),
  succeeded: fc.constantFrom(0, 1, 1),
});
const seen = fc.constantFrom<Seen>('yes', 'part', 'no', 'assumed');
const evidence = fc.record({
  management: fc.record({
    read: seen,
    write: seen,
    excludedSources: fc.constantFrom<readonly string[]>([], ['kms.amazonaws.com']),
  }),
  data: fc
    .constantFrom<Seen[]>([], ['yes'], ['assumed'], ['part'])
    .map((all) => all.map((one) => ({ resourceType: 'AWS::S3::Object', seen: one, detail: one }))),
});
const world = fc.record({
  policies: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  use: fc.array(use, { maxLength: 6 }),
  evidence,
  advisor: fc.constantFrom(undefined, null, '2026-02-20T00:00:00Z', '2025-11-01T00:00:00Z'),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function given({ policies, use: uses, evidence: coverage, advisor }: World): PlanCase {
  return {
    policies: policies.map((Statement, n) => ({
      name: `p${n}`,
      document: { Version: '2012-10-17', Statement },
    })),
    use: uses,
    coverage,
    ...(advisor === undefined ? {} : { lastAccessed: { services: { kms: [advisor], s3: [advisor] } } }),
  };
}
function judged(input: PlanInput): Judged {
  return judge(
    input,
    input.account!.policies.map(({ document }) => {
      const parsed = parsePolicy(document);
      return parsed.ok ? parsed.policy : undefined;
    }),
  );
}
const run = (one: PlanCase): Judged => judged(planInput(one, catalogue));
const keyOf = (one: Judgement): string => `${one.policy}/${one.statement} ${one.action}`;
const LOOSER = ['remove', 'observed', 'as-granted'];

/** Judgements that `after` makes tighter than `before` had them. */
function tighter(before: Judged, after: Judged): string[] {
  const known = new Map(before.judgements.map((one) => [keyOf(one), one]));
  return after.judgements.flatMap((one) => {
    const old = known.get(keyOf(one))!;
    return LOOSER.indexOf(one.keep) < LOOSER.indexOf(old.keep)
      ? [`${keyOf(one)}: ${old.keep} -> ${one.keep}`]
      : [];
  });
}

describe('judging', () => {
  it('never removes what was used, and never speaks of a deny', () => {
    fc.assert(
      fc.property(world, (one) => {
        const input = planInput(given(one), catalogue);
        for (const judgement of judged(input).judgements) {
          const { Effect } = one.policies[judgement.policy]![judgement.statement]!;
          expect(Effect).toBe('Allow');
          if (judgement.entries.some(isUse)) expect(judgement.keep).not.toBe('remove');
          if (judgement.keep === 'observed') expect(judgement.entries.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gets looser, never tighter, with a gap anywhere', () => {
    fc.assert(
      fc.property(world, fc.constantFrom(undefined, 'eu-west-1', 'us-east-1', 'us-west-2'), (one, region) => {
        const base = given(one);
        const gaps = [{ detail: 'lost', ...(region ? { region } : {}) }];
        expect(tighter(run(base), run({ ...base, coverage: { ...base.coverage, gaps } }))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('gets looser, never tighter, as less is known of what the trail records', () => {
    fc.assert(
      fc.property(world, evidence, (one, worse) => {
        const order: readonly Seen[] = ['no', 'part', 'assumed', 'yes'];
        const least = (a: Seen, b: Seen): Seen => order[Math.min(order.indexOf(a), order.indexOf(b))]!;
        const { management, data } = one.evidence;
        const less = {
          management: {
            read: least(management.read, worse.management.read),
            write: least(management.write, worse.management.write),
            excludedSources: [...management.excludedSources, ...worse.management.excludedSources],
          },
          data: data.map((row) => ({ ...row, seen: least(row.seen, worse.data[0]?.seen ?? 'no') })),
        };
        expect(tighter(run(given(one)), run(given({ ...one, evidence: less })))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing away that lost records would have shown, as long as the loss is known', () => {
    fc.assert(
      fc.property(world, fc.nat(), (one, pick) => {
        fc.pre(one.use.length > 0);
        const lost = { ...one, use: one.use.filter((_, n) => n !== pick % one.use.length) };
        const base = given(lost);
        const gaps = [{ detail: 'lost' }];
        const whole = run(given(one));
        const partial = run({ ...base, coverage: { ...base.coverage, gaps } });
        const keeps = new Map(partial.judgements.map((each) => [keyOf(each), each]));
        for (const before of whole.judgements)
          if (before.entries.length > 0) expect(keeps.get(keyOf(before))!.keep).toBe('as-granted');
      }),
      { numRuns: 200 },
    );
  });

  it('says the same whatever the order of the uses', () => {
    fc.assert(
      fc.property(world, (one) => {
        const backwards = run(given({ ...one, use: [...one.use].reverse() }));
        const verdicts = (all: Judged) =>
          all.judgements.map((each) => [keyOf(each), each.verdict, each.keep]);
        expect(verdicts(backwards)).toEqual(verdicts(run(given(one))));
      }),
      { numRuns: 100 },
    );
  });
});
