/** Unified diff of the policy documents, as `git diff` prints it. */
import type { JsonPolicy, Plan } from '../../plan/plan.ts';
import { policyText } from '../document-text.ts';
import { jsonString } from '../escape/json.ts';
import { safeName } from '../output-file.ts';
import { diffLines, type Edit } from './lines.ts';
import { documentPairs } from './pairs.ts';

const CONTEXT = 3;

/** One section a policy; empty where nothing changes. */
export function renderUnified(plan: Plan): string {
  return documentPairs(plan)
    .map((pair) => section(pair.before, pair.after))
    .join('');
}

interface Named {
  readonly name: string;
  readonly document: JsonPolicy;
}

function section(before: Named | undefined, after: Named | undefined): string {
  const edits = diffLines(linesOf(documentText(before?.document)), linesOf(documentText(after?.document)));
  if (edits.every((edit) => edit.op === ' ')) return '';
  const oldName = before === undefined ? '/dev/null' : quoted(`a/${safeName(before.name)}.json`);
  const newName = after === undefined ? '/dev/null' : quoted(`b/${safeName(after.name)}.json`);
  return [`--- ${oldName}`, `+++ ${newName}`, ...hunks(edits), ''].join('\n');
}

const quoted = (name: string): string => (/^[A-Za-z0-9+=,@_./-]+$/.test(name) ? name : jsonString(name));

/** A document as this tool writes it, also in the HTML report; empty where there is none. */
export const documentText = (document: JsonPolicy | undefined): string =>
  document === undefined ? '' : policyText(document);

export const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

function hunks(edits: readonly Edit[]): readonly string[] {
  const out: string[] = [];
  let at = 0;
  while (at < edits.length) {
    while (at < edits.length && edits[at]!.op === ' ') at++;
    if (at >= edits.length) break;
    const from = Math.max(0, at - CONTEXT);
    let last = at;
    for (let next = at; next < edits.length && next - last <= 2 * CONTEXT; next++)
      if (edits[next]!.op !== ' ') last = next;
    const to = Math.min(edits.length, last + CONTEXT + 1);
    const hunk = edits.slice(from, to);
    const olds = hunk.filter((edit) => edit.op !== '+').length;
    const news = hunk.filter((edit) => edit.op !== '-').length;
    out.push(`@@ -${range(hunk[0]!.old, olds)} +${range(hunk[0]!.new, news)} @@`);
    for (const edit of hunk) out.push(edit.op + edit.line);
    at = to;
  }
  return out;
}

/** An empty range names the line before it. */
const range = (start: number, length: number): string =>
  length === 1 ? String(start + 1) : `${length === 0 ? start : start + 1},${length}`;
