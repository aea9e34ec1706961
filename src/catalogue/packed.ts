/**
 * The compiled catalogue as a file: one JSON line that names the services, then one JSON line for each. A run asks
 * about a dozen of 450 services, so the lines are parsed when they are asked for. ASCII only: such a file is read
 * without decoding.
 */
import type { CatalogueData, PackedService } from './catalogue.ts';

type Head = Pick<CatalogueData, 'version' | 'levels'> & {
  readonly services: readonly (readonly [prefix: string, title: string])[];
};

/** The file's text; the same data give the same bytes. */
export function pack({ version, levels, services }: CatalogueData): string {
  const rows = services.map((one) => ('text' in one ? one : packed(one)));
  const head: Head = { version, levels, services: rows.map((one) => [one.prefix, one.title]) };
  return [JSON.stringify(head), ...rows.map((one) => one.text), ''].map(ascii).join('\n');
}

const packed = ([prefix, title, actions, resources]: Exclude<
  CatalogueData['services'][number],
  PackedService
>): PackedService => ({ prefix, title, text: JSON.stringify([actions, resources]) });

const ascii = (json: string): string =>
  json.replace(/[^\x00-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** @throws SyntaxError where the text is no packed catalogue. */
export function unpack(text: string): CatalogueData {
  const lines = text.split('\n');
  const { version, levels, services } = JSON.parse(lines[0]!) as Head;
  return {
    version,
    levels,
    services: services.map(([prefix, title], index) => ({ prefix, title, text: lines[index + 1]! })),
  };
}
