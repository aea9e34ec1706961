/**
 * The pull-request comment: the report's head in plain sight, details folded, below GitHub's 65,536 characters, with a
 * marker by which the next run finds and updates it. https://docs.github.com/en/rest/issues/comments
 */
import type { Finding, Plan } from '../plan/plan.ts';
import { written } from './deployed.ts';
import { prettyJson } from './escape/json.ts';
import { mdCodeCell, mdFence, mdMarker, mdStrong, mdText } from './escape/markdown.ts';
import { clip } from './escape/visible.ts';
import { changes, numbers, proof, table } from './markdown.ts';
import { count } from './text.ts';
import { findingsOf, kindText, lastUsed, principalText, sentence, windowText } from './view.ts';

const LIMIT = 65_000;
const LONGEST = 400;

/** Starts every comment of ours; the action looks for it together with the principal's ARN. */
export const commentMarker = (plan: Plan): string =>
  `<!-- gen-policy ${mdMarker(clip(plan.principal.arn, 600))} -->`;

/** The comment's text, always below 65,536 characters and bytes. */
export function renderComment(plan: Plan): string {
  const removals = findingsOf(plan, 'removal');
  const keeps = findingsOf(plan, 'keep').filter((one) => one.kind !== 'keep-used');
  const notices = findingsOf(plan, 'notice');
  const head = [
    ...(plan.evidence.complete ? [] : [mdStrong(sentence(clip(plan.evidence.statement, 1_000)))]),
    `### gen-policy: ${mdText(clip(principalText(plan), 200))}`,
    `${mdText(clip(windowText(plan), 200))}, ${count(plan.evidence.accounting.records)} records read`,
    numbers(plan),
    proof(briefProof(plan), LONGEST),
  ];
  const room = budget(LIMIT - size(head.join('\n\n')) - size(commentMarker(plan)) - 200);
  const parts = [
    ...head,
    room(`To look into (${count(notices.length)})`, findingTable(notices)),
    room(`Removed or narrowed (${count(removals.length)})`, findingTable(removals)),
    room(`Kept although not seen used (${count(keeps.length)})`, findingTable(keeps)),
    room('What to change', changes(plan).split('\n')),
    ...written(plan, plan.after.policies).map((policy) =>
      room(mdText(clip(`${policy.name}.json`, 200)), [mdFence(prettyJson(policy.document), 'json')]),
    ),
    commentMarker(plan),
  ];
  return `${parts.filter((one) => one !== '').join('\n\n')}\n`;
}

const MISSES = 10;
const CONTEXT_KEYS = 5;
/** The plan with as much of the proof's detail as a comment has room for. */
function briefProof(plan: Plan): Plan {
  const { replay, containment } = plan.proof;
  const wider = containment.counterexample;
  return {
    ...plan,
    proof: {
      ...plan.proof,
      replay: { ...replay, misses: replay.misses.slice(0, MISSES) },
      containment:
        wider === undefined
          ? containment
          : { ...containment, counterexample: { ...wider, context: wider.context.slice(0, CONTEXT_KEYS) } },
    },
  };
}

const size = (text: string): number => new TextEncoder().encode(text).length;

/** Folds as many lines as there is room for; what is left out is said. A block that does not fit is named instead. */
function budget(total: number): (title: string, lines: readonly string[]) => string {
  let left = total;
  return (title, lines) => {
    if (lines.length === 0 || lines[0] === '') return '';
    const frame = size(title) + 160;
    const header = lines.length > 1 ? 2 : 0;
    const kept: string[] = [];
    if (frame > left) return '';
    left -= frame;
    for (const line of lines) {
      const cost = size(line) + 1;
      if (cost > left) break;
      left -= cost;
      kept.push(line);
    }
    const omitted = lines.length - kept.length;
    const note = omitted === 0 ? '' : `\n\n${omittedNote(header, kept.length, omitted)}`;
    const body = kept.length > header ? `\n\n${kept.join('\n')}` : '';
    return `<details><summary>${title}</summary>${body}${note}\n\n</details>`;
  };
}

const omittedNote = (header: number, kept: number, omitted: number): string =>
  header === 0 || kept <= header
    ? 'Left out for length: see report.md.'
    : `${count(omitted)} more left out for length: see report.md.`;

const what = (one: Finding): string => {
  const subject = mdCodeCell(clip(one.subject, LONGEST));
  return one.policy === undefined || one.policy === one.subject
    ? subject
    : `${subject} in ${mdCodeCell(clip(one.policy, LONGEST))}`;
};

function findingTable(findings: readonly Finding[]): readonly string[] {
  return table(
    ['', 'what', 'why', 'last used', 'if wrong'],
    findings.map((one) => [
      `${one.severity}, ${kindText(one.kind)}`,
      what(one),
      mdText(clip(one.reason, LONGEST)),
      mdText(clip(lastUsed(one), LONGEST)),
      mdText(clip(one.impact ?? '', LONGEST)),
    ]),
  ).split('\n');
}
