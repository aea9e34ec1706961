/**
 * The diff a reviewer reads: what becomes of each old statement, and why. The plan's findings say it; the documents
 * are only laid side by side here.
 */
import type { Finding, JsonStatement, Plan, PlanPolicy } from '../../plan/plan.ts';
import { once } from '../once.ts';
import { groupOf } from '../view.ts';

export type StatementFate = 'kept' | 'narrowed' | 'removed' | 'moved';

export interface StatementDiff {
  readonly policy: string;
  /** Sid, or `#index`. */
  readonly statement: string;
  readonly fate: StatementFate;
  readonly before: JsonStatement;
  /** Statements of the new policies with the same Sid or the same text. */
  readonly after: readonly { readonly policy: string; readonly statement: JsonStatement }[];
  readonly findings: readonly Finding[];
}

export interface SemanticDiff {
  readonly statements: readonly StatementDiff[];
  /** New statements that stand for no single old one. */
  readonly added: readonly { readonly policy: string; readonly statement: JsonStatement }[];
}

/** Statement by statement, in the order of the old policies; everything is `added` without an account. */
export function semanticDiff(plan: Plan): SemanticDiff {
  const news = plan.after.policies.flatMap((policy) =>
    policy.document.Statement.map((statement) => ({
      policy: policy.name,
      statement,
      text: body(statement),
    })),
  );
  const matched = new Set<(typeof news)[number]>();
  const olds = (plan.before?.policies ?? []).flatMap((policy) =>
    policy.document.Statement.map((before, index) => ({ policy, before, index })),
  );
  const heirs = new Map(news.map((one) => [one, ancestor(one, olds)] as const));
  const kept = new Set(
    plan.changes
      .filter((one) => one.change === 'keep' || one.change === 'leave-shared')
      .map((one) => one.policy),
  );
  const statements = olds.map((old): StatementDiff => {
    const { policy, before, index } = old;
    const text = body(before);
    const same = news.filter((one) => one.text === text);
    const after = same.length > 0 ? same : news.filter((one) => heirs.get(one) === old);
    for (const one of after) matched.add(one);
    const findings = findingsAt(plan, policy, before, index);
    const fate = kept.has(policy.name) || same.length > 0 ? 'kept' : fateOf(findings, after.length > 0);
    return {
      policy: policy.name,
      statement: before.Sid ?? `#${index}`,
      fate,
      before,
      after: after.map(({ policy: name, statement: one }) => ({ policy: name, statement: one })),
      findings,
    };
  });
  return {
    statements,
    added: news.filter((one) => !matched.has(one)).map(({ policy, statement }) => ({ policy, statement })),
  };
}

/** A statement without its Sid, as text to compare. */
const body = once((statement: JsonStatement): string => {
  if (statement.Sid === undefined) return JSON.stringify(statement);
  const { Sid: _sid, ...rest } = statement;
  return JSON.stringify(rest);
});

interface Old {
  readonly policy: PlanPolicy;
  readonly before: JsonStatement;
  readonly index: number;
}

/**
 * The old statement a new one is named after: the plan keeps a Sid and adds a word or a number where it splits. The
 * longest such Sid wins, and the same policy before another.
 */
function ancestor(
  one: { readonly policy: string; readonly statement: JsonStatement },
  olds: readonly Old[],
): Old | undefined {
  const { Sid: sid, Effect } = one.statement;
  if (sid === undefined) return undefined;
  const score = (old: Old): number => {
    const own = old.before.Sid;
    if (own === undefined || old.before.Effect !== Effect || !sid.startsWith(own)) return 0;
    if (!/^(?:[A-Z0-9].*)?$/.test(sid.slice(own.length))) return 0;
    return 2 * own.length + (old.policy.name === one.policy ? 1 : 0);
  };
  const best = olds.reduce<Old | undefined>(
    (found, old) => (score(old) > (found === undefined ? 0 : score(found)) ? old : found),
    undefined,
  );
  return best;
}

function findingsAt(
  plan: Plan,
  policy: PlanPolicy,
  statement: JsonStatement,
  index: number,
): readonly Finding[] {
  return plan.findings.filter(
    (one) =>
      one.policy === policy.name &&
      (one.statement === undefined
        ? one.kind === 'detach-policy'
        : one.statement === `#${index}` || one.statement === statement.Sid),
  );
}

function fateOf(findings: readonly Finding[], found: boolean): StatementFate {
  if (findings.some((one) => one.kind === 'remove-statement')) return 'removed';
  if (found) return 'narrowed';
  // Something of it is kept, but under no name of its own: it stands in new statements.
  return findings.some((one) => groupOf(one.kind) === 'keep' || one.kind === 'narrow-resource')
    ? 'moved'
    : 'removed';
}
