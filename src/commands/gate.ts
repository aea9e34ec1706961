/** `--fail-on`: turns what a plan or a review found into exit code 2, for CI. */
import { GateError, UsageError } from '../errors.ts';
import type { Plan, Severity } from '../plan/plan.ts';
import { clip, visible } from '../report/escape/visible.ts';
import { plural } from '../report/text.ts';
import { FINDING_KINDS, groupOf, SEVERITIES } from '../report/view.ts';

/** What a gate looks at: a plan has it, and so has each principal of a review (where `kind` may be a check's id). */
export interface GateSubject {
  readonly findings: readonly {
    readonly id: string;
    readonly kind: string;
    readonly severity: Severity;
    readonly subject: string;
  }[];
  readonly evidence: Pick<Plan['evidence'], 'complete' | 'statement'>;
  /** Absent where a run proves nothing, as for checks of the whole account. */
  readonly proof?: Pick<Plan['proof'], 'containment'>;
}

export type Condition =
  | { readonly on: 'unused' | 'excess' | 'new-access' | 'incomplete' }
  | { readonly on: 'severity'; readonly atLeast: Severity }
  | { readonly on: 'kind'; readonly kind: string }
  | { readonly on: 'id'; readonly id: string };

const WORDS = ['unused', 'excess', 'new-access', 'incomplete'] as const;
const isWord = (text: string): text is (typeof WORDS)[number] => WORDS.some((word) => word === text);
const isSeverity = (text: string): text is Severity => SEVERITIES.some((severity) => severity === text);

/**
 * Reads `--fail-on` values, each a comma-separated list of `unused`, `excess`, `new-access`, `incomplete`,
 * `severity>=LEVEL`, a finding's kind or id, or one of `checkIds`.
 * @throws UsageError for a word that is none of these: a misspelt gate must not pass everything.
 */
export function parseFailOn(
  values: readonly string[],
  checkIds: readonly string[] = [],
): readonly Condition[] {
  return values
    .flatMap((value) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word): Condition => {
      if (isWord(word)) return { on: word };
      const level = /^severity\s*>=\s*(\S+)$/.exec(word)?.[1];
      if (level !== undefined && isSeverity(level)) return { on: 'severity', atLeast: level };
      if (FINDING_KINDS.some((kind) => kind === word) || checkIds.includes(word))
        return { on: 'kind', kind: word };
      const kind = /^([a-z][a-z0-9-]*):[0-9a-z]+$/.exec(word)?.[1];
      if (kind !== undefined && (FINDING_KINDS.some((one) => one === kind) || checkIds.includes(kind)))
        return { on: 'id', id: word };
      throw new UsageError(
        `\`--fail-on ${clip(visible(word), 80)}\` is not known: use ${WORDS.join(', ')}, severity>=high, a kind such as broad-trust, or a finding's id`,
      );
    });
}

const UNUSED = new Set(['remove-action', 'remove-service', 'remove-statement', 'detach-policy']);

/** One line for every condition that holds; none means the gate is passed. */
export function tripped(subject: GateSubject, conditions: readonly Condition[]): readonly string[] {
  return conditions.flatMap((condition) => {
    const line = check(subject, condition);
    return line === undefined ? [] : [line];
  });
}

/** @throws GateError naming every condition that holds. */
export function gate(subject: GateSubject, conditions: readonly Condition[]): void {
  const lines = tripped(subject, conditions);
  if (lines.length > 0) throw new GateError(lines.join('; '));
}

function check(subject: GateSubject, condition: Condition): string | undefined {
  const found = (
    what: string,
    test: (one: GateSubject['findings'][number]) => boolean,
  ): string | undefined => {
    const hits = subject.findings.filter(test);
    const first = hits[0];
    return first === undefined
      ? undefined
      : `\`${what}\`: ${plural(hits.length, 'finding')}, first \`${clip(visible(first.subject), 120)}\` (${visible(first.id)})`;
  };
  switch (condition.on) {
    case 'unused':
      return found('unused', (one) => UNUSED.has(one.kind));
    case 'excess':
      return found('excess', (one) => isExcess(one.kind));
    case 'severity': {
      const limit = SEVERITIES.indexOf(condition.atLeast);
      return found(`severity>=${condition.atLeast}`, (one) => SEVERITIES.indexOf(one.severity) <= limit);
    }
    case 'kind':
      return found(condition.kind, (one) => one.kind === condition.kind);
    case 'id':
      return found(condition.id, (one) => one.id === condition.id);
    case 'incomplete':
      return subject.evidence.complete
        ? undefined
        : `\`incomplete\`: ${clip(visible(subject.evidence.statement), 300)}`;
    case 'new-access': {
      const containment = subject.proof?.containment;
      if (containment === undefined || containment.verdict === 'proven') return undefined;
      return `\`new-access\`: ${containment.verdict.replaceAll('-', ' ')}, ${clip(visible(containment.detail), 300)}`;
    }
  }
}

const isExcess = (kind: string): boolean =>
  FINDING_KINDS.some((one) => one === kind && groupOf(one) === 'removal');
