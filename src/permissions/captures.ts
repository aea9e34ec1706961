/** Our patterns with named groups, run without the names: an object of groups a match costs more than the match. */

export interface Captures {
  readonly expression: RegExp;
  /** Name of each capture, in order; empty for one without a name. */
  readonly names: readonly string[];
  /** Its one capture is all of a text that matches. */
  readonly takesAll: boolean;
  /** What every text that matches starts with. */
  readonly prefix: string;
}

/** An escape, a class of characters, or the start of a capture. */
const TOKEN = /\\.|\[(?:\\.|[^\]])*\]|\((?!\?)|\(\?<([A-Za-z]+)>/gs;

/** The same captures in the same order as `new RegExp(source, 's')` has. Patterns come from our tables only. */
export function compileCaptures(source: string): Captures {
  const names: string[] = [];
  const plain = source.replace(TOKEN, (token: string, name: string | undefined) => {
    if (!token.startsWith('(')) return token;
    names.push(name ?? '');
    return '(';
  });
  const takesAll = names.length === 1 && plain.startsWith('^(') && plain.indexOf(')') === plain.length - 2;
  return {
    expression: new RegExp(plain, 's'),
    names,
    takesAll: takesAll && plain.endsWith(')$'),
    prefix: prefixOf(plain),
  };
}

/** Empty where alternatives or a part that may be absent leave it open. */
function prefixOf(plain: string): string {
  if (plain.includes('|') || /\)[?*{]/.test(plain)) return '';
  return /^\^\(?([\w:/-]+)(?![?*{])/.exec(plain)?.[1] ?? '';
}

/** Whether a text that is not empty matches: most that do not are told by how they start. */
export const isMatch = ({ prefix, expression }: Captures, text: string): boolean =>
  (prefix === '' || text.startsWith(prefix)) && expression.test(text);
