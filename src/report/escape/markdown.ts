/**
 * Text from a log in GitHub and GitLab Markdown. Names go into code spans, where nothing is active; sentences are
 * escaped character by character, and what would become a mention, a reference or a link is broken by a zero-width space.
 * https://github.github.com/gfm/ https://docs.gitlab.com/user/markdown/
 */
import { visible } from './visible.ts';

/** A zero-width space: ends what a renderer would otherwise turn into a mention, a reference or a link. */
const BREAK = '&#8203;';
const ENTITY: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);
const ESCAPED = new Set('\\`*_[]|~$!{}^');
/** `@user`, `#12`, `!12`, `%milestone`, `~label`, `&epic`, `$snippet`: references on GitHub or GitLab. */
const REFERENCE = /^[#!%~$&][\w"{]|^@/;
const LINK = /^:\/\/|^www\.|^GH-\d/i;

/** A sentence or phrase that may hold logged names; fit for a paragraph, a list item or a table cell. */
export function mdText(text: string): string {
  const safe = visible(text);
  let out = '';
  for (let at = 0; at < safe.length; at++) {
    const char = safe[at]!;
    const rest = safe.slice(at, at + 4);
    if (LINK.test(rest)) {
      const length = char === ':' ? 1 : 3;
      out += safe.slice(at, at + length) + BREAK;
      at += length - 1;
      continue;
    }
    out += ENTITY.get(char) ?? (ESCAPED.has(char) ? `\\${char}` : char);
    if (REFERENCE.test(rest)) out += BREAK;
  }
  // At the start of a line these would open a block of code, a list, a heading or a rule.
  return out
    .replace(/^ +/, (spaces) => '&#32;'.repeat(spaces.length))
    .replace(/^([-+=#:])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** A sentence in bold; nothing for nothing, since bare asterisks would draw a rule. */
export const mdStrong = (text: string): string => (text === '' ? '' : `**${mdText(text)}**`);

const longestRun = (text: string, char: string): number => {
  let longest = 0;
  let run = 0;
  for (const one of text) {
    run = one === char ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
};

/** A code span outside tables. */
export function mdCode(text: string): string {
  const safe = visible(text);
  const ticks = '`'.repeat(longestRun(safe, '`') + 1);
  // One space each side is stripped again by the parser; it is needed beside a backtick and for all-space text.
  const pad = /^[ `]|[ `]$/.test(safe) || safe === '' ? ' ' : '';
  return `${ticks}${pad}${safe === '' ? ' ' : safe}${pad}${ticks}`;
}

/** A code span inside a table cell, where `|` ends the cell even in code unless a backslash stands before it. */
export function mdCodeCell(text: string): string {
  // A backslash before the pipe would escape the escape in some parsers: spell the pipe out there.
  return mdCode(text.replace(/\\+\|/g, (run) => `${run.slice(0, -1)}\\u{7c}`)).replace(/\|/g, '\\|');
}

/** A fenced block whose fence is longer than any in the text. `body` may have several lines; other controls are spelled out. */
export function mdFence(body: string, language: string): string {
  const safe = body.split('\n').map(visible).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(safe, '`') + 1));
  return `${fence}${language}\n${safe}\n${fence}`;
}

/** Text inside an HTML comment of ours (the comment's marker): only harmless ASCII, the rest percent-encoded. */
export function mdMarker(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9:/_.]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
