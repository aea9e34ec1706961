/** Holds the house rules of the README's architecture section: data flows down, imports point up. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = new URL('../src', import.meta.url).pathname;
/** Rooms in the order data flows; a room may import itself and the rooms above it. */
const ROOMS = [
  'catalogue',
  'policy',
  'events',
  'permissions',
  'trail',
  'usage',
  'account',
  'plan',
  'report',
  'commands',
];
const PURE = ['policy', 'events', 'permissions', 'usage', 'plan', 'report'];
/** Where the AWS SDK and node built-ins may stand inside a pure room, each with its reason. */
const SDK_ALLOWED = /^(trail\/|account\/live|plan\/access-analyzer\.ts$)/;
const SHARED = ['errors.ts', 'version.ts'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('assembly/'))
  .sort();

interface Import {
  readonly from: string;
  readonly target: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?'([^']+)'/gms))
    found.push({ from: file, target: match[2]!, dynamic: false, typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g))
    found.push({ from: file, target: match[1]!, dynamic: true, typeOnly: false });
  return found;
});
const roomOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
const resolved = (one: Import): string => relative(SRC, normalize(join(SRC, dirname(one.from), one.target)));

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(imports.length).toBeGreaterThan(5);
  });

  it('lets imports point only to rooms above', () => {
    const wrong = imports
      .filter((one) => one.target.startsWith('.') && roomOf(one.from) !== '')
      .filter((one) => !SHARED.includes(resolved(one)))
      .filter((one) => {
        const target = roomOf(resolved(one));
        return !ROOMS.includes(target) || ROOMS.indexOf(target) > ROOMS.indexOf(roomOf(one.from));
      });
    expect(wrong.map((one) => `${one.from} -> ${one.target}`)).toEqual([]);
  });

  it('keeps the AWS SDK behind dynamic imports in its adapters', () => {
    const wrong = imports
      .filter((one) => /^@(aws-sdk|smithy)\//.test(one.target))
      .filter((one) => !(one.typeOnly || SDK_ALLOWED.test(one.from)));
    expect(wrong.map((one) => `${one.from} -> ${one.target}`)).toEqual([]);
  });

  it('keeps the pure rooms free of node, clocks and the environment', () => {
    const wrong = imports
      .filter((one) => PURE.includes(roomOf(one.from)) && one.target.startsWith('node:'))
      .map((one) => `${one.from} -> ${one.target}`);
    for (const file of files.filter(
      (one) => PURE.includes(roomOf(one)) && one !== 'plan/access-analyzer.ts',
    )) {
      const text = readFileSync(join(SRC, file), 'utf8');
      if (/\bDate\.now\(|new Date\(\)|\bprocess\.|Math\.random\(/.test(text))
        wrong.push(`${file}: clock or environment`);
    }
    expect(wrong).toEqual([]);
  });

  it('imports no AGPL package anywhere', () => {
    expect(imports.filter((one) => one.target === '@cloud-copilot/iam-simulate')).toEqual([]);
  });
});
