/** index.json: the review itself; a list's member a line, so that two reviews can be compared with any diff. */
import type { Review } from '../../plan/review/review.ts';
import { escapeUnseenJson } from '../escape/json.ts';

export function renderIndexJson(review: Review): string {
  const members = Object.entries(review)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${list(value)}`);
  return `${escapeUnseenJson(`{\n${members.join(',\n')}\n}`)}\n`;
}

const list = (value: unknown): string =>
  Array.isArray(value) && value.length > 0
    ? `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
    : JSON.stringify(value);
