/**
 * The first step of every escape: characters that a reader cannot see or that move text about (controls, bidi and
 * zero-width formats, line separators, unpaired surrogates) are written out as `\u{1b}`. A log can hold any of them.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** All but printable ASCII, of which most texts are. */
const BEYOND = /[^ -~]/;

/** The text on one line, with every unseen character spelled out. */
export function visible(text: string): string {
  if (!BEYOND.test(text)) return text;
  return text.replace(UNSEEN, (char) => `\\u{${char.codePointAt(0)!.toString(16).padStart(2, '0')}}`);
}

/** At most `max` UTF-16 units, cut with an ellipsis between characters. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, Math.max(0, max - 1));
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
