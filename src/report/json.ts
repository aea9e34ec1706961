/** result.json: the plan itself, in a stable and still readable form. Schema: src/plan/result.schema.json. */
import type { Finding, Plan } from '../plan/plan.ts';
import { escapeUnseenJson } from './escape/json.ts';
import { once } from './once.ts';

const WIDE = 110;

/** The plan as JSON: two spaces, lists of plain values on one line where they fit, members in the plan's order. */
export function renderJson(plan: Plan): string {
  if (plan.findings.length === 0) return `${escapeUnseenJson(wideJson(plan))}\n`;
  // What the findings of many principals say is written once: where they stand, the rest is cut in two.
  const rest = escapeUnseenJson(wideJson({ ...plan, findings: [] }));
  const at = rest.indexOf(NONE) + NONE.length - 1;
  return `${rest.slice(0, at)}\n${plan.findings.map(findingText).join(',\n')}\n  ${rest.slice(at)}\n`;
}

/** No other member that starts a line of two spaces has the name. */
const NONE = '\n  "findings": []';

/** An object that is an item of a member of the plan. */
const item = (value: object): string =>
  escapeUnseenJson(wideJson({ a: [value] })).slice('{\n  "a": [\n'.length, -'\n  ]\n}'.length);

const findingText = once((one: Finding) => item(one));

/**
 * `JSON.stringify` with two spaces, and lists of plain values on one line of at most 110 characters. The engine writes
 * the text, a fourth of what writing it value by value costs; lists are then joined in it. That a line ends with `[`
 * only where a list begins is JSON's own rule: in its texts a line feed is written `\n`.
 */
export function wideJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  let wide = '';
  let done = 0;
  for (let at = text.indexOf('[\n'); at >= 0; at = text.indexOf('[\n', at)) {
    let first = at + 2;
    while (text.charCodeAt(first) === SPACE) first++;
    const indent = first - at - 2;
    const joined = joinedLines(text, first, indent);
    if (typeof joined === 'number') at = joined;
    else {
      wide += text.slice(done, at + 1) + joined.line;
      // Past the line feed and the indent of the closing bracket.
      at = done = joined.end + indent - 1;
    }
  }
  return wide + text.slice(done);
}

const SPACE = 32;
const COMMA = 44;
const OPEN_LIST = 91;
const OPEN_OBJECT = 123;

/** The items from `first` on in one line, and where it ended; or where to go on looking, as they do not fit into one. */
function joinedLines(
  text: string,
  first: number,
  indent: number,
): number | { readonly line: string; readonly end: number } {
  let line = '';
  // What the list's line will take: its own indent, its brackets, each item and a space after all commas.
  let size = indent;
  for (let from = first; ; ) {
    const opens = text.charCodeAt(from);
    if (opens === OPEN_OBJECT || opens === OPEN_LIST) return from;
    const end = text.indexOf('\n', from);
    size += end - from + 1;
    if (size > WIDE + 1) return end;
    if (text.charCodeAt(end - 1) !== COMMA) return { line: line + text.slice(from, end), end };
    line += `${text.slice(from, end)} `;
    from = end + 1 + indent;
  }
}
