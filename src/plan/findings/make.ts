/** Makes a finding of its kind's row in the table: texts and severity live there, facts come from here. */
import type { ActionName } from '../../catalogue/catalogue.ts';
import table from '../data/findings.json' with { type: 'json' };
import type { Confidence, Finding, FindingEvidence, FindingKind, Severity } from '../plan.ts';
import { stableId } from '../stable-id.ts';
import { risksOf } from './risk.ts';

interface Row {
  readonly severity: Severity;
  readonly text: Template;
  readonly impact?: Template;
}

/** Plain text and, at odd places, names of values. */
type Template = readonly string[];

const templateOf = (text: string): Template => text.split(/\{(\w+)\}/);

const ROWS = new Map(
  table.map((row): [string, Row] => [
    row.kind,
    {
      severity: row.severity as Severity,
      text: templateOf(row.text),
      ...(row.impact === undefined ? {} : { impact: templateOf(row.impact) }),
    },
  ]),
);

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
  readonly evidence?: FindingEvidence;
  /** False where the actions are not at stake. */
  readonly risky?: boolean;
}

/** Up to so many actions are named in the sentence; above, they are counted. */
const NAMED = 3;

export function makeFinding(draft: Draft): Finding {
  const { kind, subject, policy, statement, evidence } = draft;
  const row = ROWS.get(kind);
  if (!row) throw new Error(`no texts for findings of kind ${kind}`);
  const actions = draft.actions ? sorted(draft.actions) : NONE;
  const parts = [kind, policy ?? '', statement ?? '', draft.name ?? subject];
  if (draft.key) parts.push(...draft.key);
  // By assignment, in the order in which they are shown: hundreds are made for each principal.
  const finding = {
    id: `${kind}:${stableId(parts)}`,
    kind,
    severity: draft.severity ?? row.severity,
    confidence: draft.confidence ?? 'high',
    subject,
    reason: filled(row.text, draft, actions),
  } as { -readonly [Name in keyof Finding]: Finding[Name] };
  if (policy !== undefined) finding.policy = policy;
  if (statement !== undefined) finding.statement = statement;
  finding.actions = actions;
  finding.resources = draft.resources ? sorted(draft.resources) : NONE;
  finding.evidence = evidence ?? NO_EVIDENCE;
  if (row.impact) finding.impact = filled(row.impact, draft, actions);
  finding.risk = draft.risky === false ? NO_RISK : risksOf(actions);
  return finding;
}

/** The sentence with its values; a place that nothing fills stays empty. */
function filled(template: Template, { subject, values }: Draft, actions: readonly string[]): string {
  let text = '';
  for (let at = 0; at < template.length; at += 1) {
    const part = template[at]!;
    if (at % 2 === 0) text += part;
    else if (values && Object.hasOwn(values, part)) text += values[part]!;
    else if (part === 'subject') text += subject;
    else if (part === 'actions')
      text += actions.length <= NAMED ? actions.join(', ') : `${actions.length} actions`;
  }
  return text;
}

const NONE: readonly string[] = [];
const NO_RISK: Finding['risk'] = [];
const NO_EVIDENCE: FindingEvidence = { count: 0, sampleEventIds: NONE };

export function sorted(values: readonly string[]): readonly string[] {
  // Nearly all lists come in order.
  let at = 1;
  while (at < values.length && values[at - 1]! < values[at]!) at += 1;
  if (at >= values.length) return values;
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
