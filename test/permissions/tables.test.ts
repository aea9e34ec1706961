/** The tables themselves: sorted, unique, sourced, and about actions and types that AWS publishes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import apigateway from '../../src/permissions/data/apigateway.json' with { type: 'json' };
import authorized from '../../src/permissions/data/authorized-actions.json' with { type: 'json' };
import citations from '../../src/permissions/data/citations.json' with { type: 'json' };
import parameters from '../../src/permissions/data/parameters.json' with { type: 'json' };
import passRole from '../../src/permissions/data/passrole.json' with { type: 'json' };
import services from '../../src/permissions/data/services.json' with { type: 'json' };
import { compilePath } from '../../src/permissions/path.ts';
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';
import { ACCOUNT, eventOf } from '../support/permission-cases.ts';

const DATA = new URL('../../src/permissions/data', import.meta.url).pathname;
const files = readdirSync(DATA).filter((file) => file.endsWith('.json'));
type Row = Readonly<Record<string, unknown>>;
const rowsOf = (file: string): readonly Row[] => JSON.parse(readFileSync(join(DATA, file), 'utf8')) as Row[];

let catalogue: Catalogue;
let resolver: Resolver;
beforeAll(async () => {
  catalogue = await loadCatalogue();
  resolver = createResolver(catalogue);
});

describe('tables', () => {
  it.each(files)('%s has one row a line, sorted and unique', (file) => {
    const lines = readFileSync(join(DATA, file), 'utf8').trimEnd().split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['[', ']']);
    const rows = lines.slice(1, -1).map((line) => line.replace(/,$/, ''));
    expect(rows.length).toBe(rowsOf(file).length);
    expect(rows.filter((row, index) => index > 0 && rows[index - 1]! >= row)).toEqual([]);
  });

  it.each(files.filter((file) => file !== 'citations.json'))(
    '%s names a known source in every row',
    (file) => {
      const known = new Set(citations.map((row) => row.key));
      const wrong = rowsOf(file).filter(
        ({ source }) => typeof source !== 'string' || source.split('+').some((key) => !known.has(key)),
      );
      expect(wrong).toEqual([]);
    },
  );

  it('cites no document that no row uses', () => {
    const used = new Set(
      files.flatMap((file) => rowsOf(file).flatMap(({ source }) => String(source ?? '').split('+'))),
    );
    expect(citations.map((row) => row.key).filter((key) => !used.has(key))).toEqual([]);
  });

  it.each(files)('%s names only actions that the catalogue has, in its spelling', (file) => {
    const named = rowsOf(file).flatMap((row) => [
      ...(typeof row.action === 'string' ? [row.action] : []),
      ...(Array.isArray(row.actions) && file !== 'permission-only.json' ? (row.actions as string[]) : []),
      ...(Array.isArray(row.except) ? (row.except as string[]) : []),
      ...(file === 'permission-only.json'
        ? (row.actions as string[]).map((name) => `${row.service}:${name}`)
        : []),
    ]);
    expect(named.filter((action) => catalogue.action(action)?.action !== action)).toEqual([]);
  });

  it('maps event sources to prefixes that exist', () => {
    const known = new Set(catalogue.services);
    expect(services.filter((row) => row.prefixes.some((prefix) => !known.has(prefix)))).toEqual([]);
  });

  it('sets only variables that the ARN templates have', () => {
    const wrong = parameters.filter((row) => {
      const type = catalogue.resourceType(row.service, row.type);
      if (!type) return true;
      const variables = new Set(
        type.arnTemplates.flatMap((text) => [...text.matchAll(/\$\{([^}]+)\}/g)].map((one) => one[1]!)),
      );
      const groups =
        'match' in row ? [...String(row.match).matchAll(/\(\?<([A-Za-z]+)>/g)].map((one) => one[1]!) : [];
      const set = 'sets' in row ? [String(row.sets)] : [];
      return [...set, ...groups].some(
        (name) => !variables.has(name) && !['whole', 'Account', 'Region'].includes(name),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('resolves every operation of the AWS map to actions that the map lists, or says that it cannot', () => {
    const wrong: string[] = [];
    for (const row of authorized) {
      const resolution = resolver.resolve(eventOf({ event: `${row.service}:${row.operation}` }));
      if (resolution.status !== 'mapped') {
        // Known gaps of the map: it lists tagging or PassRole only. Unsigned operations need nothing.
        const partial = row.actions.every((one) => /:(?:Tag|AddTags)|^iam:PassRole$/.test(one));
        if (!partial && resolution.status !== 'no-permission') wrong.push(`${row.service}:${row.operation}`);
        continue;
      }
      const named = new Set(resolution.permissions.map((one) => one.action));
      if (!row.actions.some((action) => named.has(action)))
        wrong.push(`${row.service}:${row.operation} -> ${[...named]}`);
    }
    expect(wrong).toEqual([]);
  });

  it('gives every API Gateway operation its verb or its own published action', () => {
    const wrong = apigateway.filter((row) => {
      if ('level' in row) return false;
      const request = 'when' in row && row.when && 'any' in row.when ? { template: false } : {};
      const resolution = resolver.resolve(eventOf({ event: `apigateway:${row.event}`, request }));
      return (
        resolution.status !== 'mapped' ||
        !resolution.permissions.some((one) => one.level === 'primary' && one.action === row.action)
      );
    });
    expect(wrong.map((row) => row.event)).toEqual([]);
  });

  it('passes the role in every member that the PassRole table names', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/some/role`;
    const wrong: string[] = [];
    for (const row of passRole) {
      const request = place(row.path, arn);
      expect(compilePath(row.path).read(eventOf({ event: 's3:GetObject', request }))).toEqual([arn]);
      const resolution = resolver.resolve(eventOf({ event: `${row.service}:${row.event}`, request }));
      const passed =
        resolution.status === 'mapped' &&
        resolution.permissions.find(
          (one) => one.action === 'iam:PassRole' && one.resource.kind === 'arn' && one.resource.arn === arn,
        );
      const sure = row.evidence === 'reference' || row.evidence === 'managed-policies';
      const context = sure && 'passedTo' in row ? [['iam:PassedToService', row.passedTo]] : [];
      if (!passed || JSON.stringify(passed.context) !== JSON.stringify(context))
        wrong.push(
          `${row.service}:${row.event} ${row.path}: ${passed ? JSON.stringify(passed.context) : resolution.status}`,
        );
    }
    expect(wrong).toEqual([]);
  });
});

/** An object that holds the value at the path. */
function place(path: string, value: string): unknown {
  const steps = path.match(/[^.[\]{}]+|\[[^=\]]+=[^\]]*\]|\[\]|\{\}/g) ?? [];
  return steps.reduceRight<unknown>((inner, step) => {
    if (step === '[]') return [inner];
    if (step === '{}') return { any: inner };
    if (step === 'json()') return JSON.stringify(inner);
    if (step.startsWith('[')) {
      const [name, text] = step.slice(1, -1).split('=');
      return [{ [name!]: text, ...(inner as object) }];
    }
    return { [step]: inner };
  }, value);
}
