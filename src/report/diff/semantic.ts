/**
 * The diff a reviewer reads: what becomes of each old statement, and why. The plan's findings say it; the documents
 * are only laid side by side here.
 */
import type { Finding, JsonStatement, Plan, PlanPolicy } from '../../plan/plan.ts';
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
  const kept = new Set(
    plan.changes
      .filter((one) => one.change === 'keep' || one.change === 'leave-shared')
      .map((one) => one.policy),
  );
  const statements = (plan.before?.policies ?? []).flatMap((policy) =>
    policy.document.Statement.map((before, index): StatementDiff => {
      const statement = before.Sid ?? `#${index}`;
      const text = body(before);
      const same = news.filter((one) => one.text === text);
      const after = same.length > 0 ? same : news.filter((one) => sameSid(one.statement, before));
      for (const one of after) matched.add(one);
      const findings = findingsAt(plan, policy, before, index);
      const fate = kept.has(policy.name) || same.length > 0 ? 'kept' : fateOf(findings, after.length > 0);
      return {
        policy: policy.name,
        statement,
        fate,
        before,
        after: after.map(({ policy: name, statement: one }) => ({ policy: name, statement: one })),
        findings,
      };
    }),
  );
  return {
    statements,
    added: news.filter((one) => !matched.has(one)).map(({ policy, statement }) => ({ policy, statement })),
  };
}

/** A statement without its Sid, as text to compare. */
function body(statement: JsonStatement): string {
  const { Sid: _sid, ...rest } = statement;
  return JSON.stringify(rest);
}

/** Equal Sids, or the new one is the old one with a number, as when a statement is split. */
function sameSid(after: JsonStatement, before: JsonStatement): boolean {
  if (after.Sid === undefined || before.Sid === undefined || after.Effect !== before.Effect) return false;
  return (
    after.Sid === before.Sid ||
    (after.Sid.startsWith(before.Sid) && /^\d+$/.test(after.Sid.slice(before.Sid.length)))
  );
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
  if (findings.some((one) => groupOf(one.kind) === 'removal' && one.kind !== 'detach-policy'))
    return 'narrowed';
  if (found) return 'narrowed';
  // Nothing says that its permissions go: they stand in new statements under another name.
  return findings.some((one) => groupOf(one.kind) === 'keep') ? 'moved' : 'removed';
}
