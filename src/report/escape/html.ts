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

/** Text for an element's content or a quoted attribute. */
export const htmlText = (text: string): string =>
  visible(text).replace(/[&<>"'`]/g, (char) => ENTITIES.get(char)!);

const part = (value: Part): string => {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(part).join('');
  return htmlText(String(value));
};

/** A template: strings and numbers are escaped, markup and lists of it are not. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.map((text, index) => text + part(values[index])).join(''));
}

/** Data for a `<script type="application/json">`: no `<`, so nothing ends the element early. */
export const scriptJson = (value: unknown): Markup =>
  new Markup(escapeUnseenJson(JSON.stringify(value)).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'));
