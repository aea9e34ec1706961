/** Makes a finding of its kind's row in the table: texts and severity live there, facts come from here. */
import type { ActionName } from '../../catalogue/catalogue.ts';
import table from '../data/findings.json' with { type: 'json' };
import type { Confidence, Finding, FindingEvidence, FindingKind, Severity } from '../plan.ts';
import { stableId } from '../stable-id.ts';
import { risksOf } from './risk.ts';

const ROWS = new Map(table.map((row) => [row.kind, row]));

export interface Draft {
  readonly kind: FindingKind;
  readonly subject: string;
  /** For the sentence's places: `{what}` and so on. `{subject}` and `{actions}` fill themselves. */
  readonly values?: Readonly<Record<string, string>>;
  /** What tells it from other findings of the kind, where policy, statement and subject do not. */
  readonly key?: readonly string[];
  /** Stands for the subject in the id, where the subject holds a number that changes from run to run. */
  readonly name?: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly policy?: string;
  readonly statement?: string;
  readonly actions?: readonly ActionName[];
  readonly resources?: readonly string[];
  readonly evidence?: Partial<FindingEvidence>;
  /** False where the actions are not at stake. */
  readonly risky?: boolean;
}

/** Up to so many actions are named in the sentence; above, they are counted. */
const NAMED = 3;

export function makeFinding(draft: Draft): Finding {
  const row = ROWS.get(draft.kind);
  if (!row) throw new Error(`no texts for findings of kind ${draft.kind}`);
  const { actions, risk } = weighed(draft.actions ?? NONE);
  const values: Readonly<Record<string, string>> = {
    subject: draft.subject,
    actions: actions.length <= NAMED ? actions.join(', ') : `${actions.length} actions`,
    ...draft.values,
  };
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(values, name) ? values[name]! : ''));
  const { policy, statement } = draft;
  const parts = [
    draft.kind,
    policy ?? '',
    statement ?? '',
    draft.name ?? draft.subject,
    ...(draft.key ?? []),
  ];
  return {
    id: `${draft.kind}:${stableId(parts)}`,
    kind: draft.kind,
    severity: draft.severity ?? (row.severity as Severity),
    confidence: draft.confidence ?? 'high',
    subject: draft.subject,
    reason: fill(row.text),
    ...(policy === undefined ? {} : { policy }),
    ...(statement === undefined ? {} : { statement }),
    actions,
    resources: sorted(draft.resources ?? []),
    evidence: { count: 0, sampleEventIds: [], ...draft.evidence },
    ...(row.impact === undefined ? {} : { impact: fill(row.impact) }),
    risk: draft.risky === false ? [] : risk,
  };
}

interface Weighed {
  readonly actions: readonly string[];
  readonly risk: Finding['risk'];
}

const NONE: readonly string[] = [];
const weights = new WeakMap<readonly string[], Weighed>();

/** Rulings that many principals share come with one list of actions. */
function weighed(list: readonly string[]): Weighed {
  const known = weights.get(list);
  if (known) return known;
  const actions = sorted(list);
  const made = { actions, risk: risksOf(actions) };
  weights.set(list, made);
  return made;
}

export function sorted(values: readonly string[]): readonly string[] {
  // Nearly all lists come in order.
  if (values.every((one, at) => at === 0 || values[at - 1]! < one)) return values;
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
