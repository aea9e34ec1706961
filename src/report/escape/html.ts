/** HTML in which only our own templates are markup: a value put into one is text, whatever it holds. */
import { visible } from './visible.ts';

/** Markup made by `html`; the only thing that enters a template unescaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = string | number | Markup | undefined | readonly Part[];

/** All but printable ASCII that HTML has no other use for, which is most of what is written. */
const SPECIAL = /[^ !#-%(-;=?-_a-~]/;

/** The same but double quotes: without it, a line of JSON. */
const MORE_THAN_QUOTES = /[^ -%(-;=?-_a-~]/;

/** Text for an element's content or a quoted attribute. */
export function htmlText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return MORE_THAN_QUOTES.test(text) ? withEntities(visible(text)) : text.replaceAll('"', '&quot;');
}

/**
 * A walk over the text: most of what is escaped are lines of JSON, and a search would call back for each quote. What is
 * beyond ASCII is written by its number: one such character would make the engine hold a whole page in twice the memory.
 */
function withEntities(text: string): string {
  let escaped = '';
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    const entity = code > 0x7e ? `&#${code};` : entityOf(code);
    if (entity === '') continue;
    escaped += text.slice(done, at) + entity;
    if (code > 0xffff) at++;
    done = at + 1;
  }
  return escaped + text.slice(done);
}

function entityOf(code: number): string {
  switch (code) {
    case 0x22:
      return '&quot;';
    case 0x26:
      return '&amp;';
    case 0x27:
      return '&#39;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x60:
      return '&#96;';
    default:
      return '';
  }
}

function part(value: Part): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return htmlText(value);
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return htmlText(String(value));
  let text = '';
  for (const one of value) text += part(one);
  return text;
}

/** A template: strings and numbers are escaped, markup and lists of it are not. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = strings[0]!;
  for (let index = 0; index < values.length; index++) text += part(values[index]) + strings[index + 1];
  return new Markup(text);
}

/** Data for a `<script type="application/json">`, in ASCII and without `<`, so that nothing ends the element early. */
export const scriptJson = (value: unknown): Markup =>
  new Markup(
    JSON.stringify(value).replace(
      /[^ !-;=?-~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
