/** HTML in which only our own templates are markup: a value put into one is text, whatever it holds. */
import { escapeUnseenJson } from './json.ts';
import { visible } from './visible.ts';

/** Markup made by `html`; the only thing that enters a template unescaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = string | number | Markup | undefined | readonly Part[];

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['`', '&#96;'],
]);

/** Printable ASCII that HTML has no other use for: most of what is written, and nothing to escape in it. */
const PLAIN = /^[ !#-%(-;=?-_a-~]*$/;

/** Text for an element's content or a quoted attribute. */
export const htmlText = (text: string): string =>
  PLAIN.test(text) ? text : visible(text).replace(/[&<>"'`]/g, (char) => ENTITIES.get(char)!);

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

/** Data for a `<script type="application/json">`: no `<`, so nothing ends the element early. */
export const scriptJson = (value: unknown): Markup =>
  new Markup(escapeUnseenJson(JSON.stringify(value)).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'));
