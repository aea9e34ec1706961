/** JSON values and blocks as HCL in the layout of `terraform fmt`. */
import { hclString } from './escape/hcl.ts';

/** A value as an HCL expression; `indent` is that of the line it starts on. */
export function hclValue(value: unknown, indent: string): string {
  if (typeof value === 'string') return hclString(value);
  if (value === null || typeof value !== 'object') return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.length === 1 && typeof value[0] === 'string') return `[${hclString(value[0])}]`;
    return `[\n${value.map((one) => `${inner}${hclValue(one, inner)},\n`).join('')}${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, one]) =>
      [/^[A-Za-z][A-Za-z0-9_]*$/.test(key) ? key : hclString(key), hclValue(one, inner)] as const,
  );
  return members.length === 0 ? '{}' : `{\n${hclLines(members, inner)}${indent}}`;
}

/** `name = value` lines; the equals signs of neighbouring one-line values stand in one column, as fmt puts them. */
export function hclLines(
  members: readonly (readonly [name: string, value: string])[],
  indent: string,
): string {
  let out = '';
  for (let start = 0; start < members.length; ) {
    let end = start;
    while (end < members.length && !members[end]![1].includes('\n')) end++;
    const run = members.slice(start, Math.max(end, start + 1));
    const width = end > start ? Math.max(...run.map(([name]) => columns(name))) : 0;
    for (const [name, value] of run)
      out += `${indent}${name}${' '.repeat(Math.max(0, width - columns(name)))} = ${value}\n`;
    start += run.length;
  }
  return out;
}

/** fmt counts grapheme clusters. */
const columns = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;
