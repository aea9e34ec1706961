/** Every way of tampering that the tables name, in a bucket and in a copy of one. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Archive } from '../../../src/trail/digest/archive.ts';
import { openFolder } from '../../../src/trail/digest/folder.ts';
import { keyring, keysFromFile, type PublicKeys } from '../../../src/trail/digest/keys.ts';
import { type ValidationReport, validateLogs } from '../../../src/trail/digest/validate.ts';
import { readCases } from '../../support/cases.ts';
import {
  type BuiltTrail,
  bucketArchive,
  buildTrail,
  type Step,
  type TrailOptions,
  tamper,
} from '../../support/digest-trail.ts';

type Row = readonly [label: string, status: string, fault?: string];
interface Case {
  readonly name: string;
  readonly trail?: TrailOptions;
  readonly do: readonly Step[];
  /** All that is not valid; `D*` stands for every label of that letter. */
  readonly expect: readonly Row[];
  readonly gaps?: readonly (readonly [string, string])[];
  readonly overdue?: boolean;
  readonly window?: readonly [string, string];
  readonly unreadable?: readonly string[];
}

const WINDOW = ['2026-01-02T00:00:00Z', '2026-01-02T06:30:00Z'] as const;
/** What no copy can show: the newest digest of each chain, and the files that only it lists. */
const COPY_BASE: readonly Row[] = [
  ['D5', 'unverified', 'no-signature'],
  ['B3', 'unverified', 'no-signature'],
  ['L5a', 'unverified', 'digest-unverified'],
  ['L5b', 'unverified', 'digest-unverified'],
  ['L3z', 'unverified', 'digest-unverified'],
];

let folder: string | undefined;
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

async function copyOf({ objects }: BuiltTrail): Promise<Archive> {
  folder = await mkdtemp(join(tmpdir(), 'digest-'));
  for (const [key, { bytes }] of objects) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  return openFolder(folder);
}

function awsKeys({ keys }: BuiltTrail): PublicKeys {
  const ring = keyring(
    keys.PublicKeyList.map(({ Fingerprint: fingerprint, Value }) => ({
      fingerprint,
      der: Buffer.from(Value, 'base64'),
    })),
  );
  return { find: async (_region, fingerprint) => ring.get(fingerprint) ?? { kind: 'unknown' } };
}

function rowsOf(report: ValidationReport, built: BuiltTrail): string[] {
  const labelOf = new Map([...built.labels].map(([label, key]) => [key, label]));
  return report.findings
    .filter((one) => one.status !== 'valid')
    .map(({ name, status, fault }) => {
      const key = name.replace(/^s3:\/\/[^/]+\//, '');
      return [labelOf.get(key) ?? key, status, fault].join(' ');
    })
    .sort();
}

/** The rows with patterns filled in; a later row of a label counts. */
function filled(rows: readonly Row[], built: BuiltTrail): string[] {
  const all = new Map<string, string>();
  for (const [label, ...rest] of rows) {
    const labels = label.endsWith('*')
      ? [...built.labels.keys()].filter((one) => one.startsWith(label[0]!))
      : [label];
    for (const one of labels) all.set(one, [one, ...rest].join(' '));
  }
  return [...all.values()].sort();
}

const prepared = (row: Case): BuiltTrail => {
  const built = buildTrail(row.trail);
  for (const step of row.do) tamper(built, step);
  // Where an object was put at the place of another, the place keeps its name.
  if (
    row.do.some(([hand, , , label]) => hand === 'copy' && built.labels.get(label!) === built.labels.get('D5'))
  )
    built.labels.delete('X');
  return built;
};
const windowOf = ([from, to]: readonly [string, string]) => ({ from: Date.parse(from), to: Date.parse(to) });
const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

const files = readCases<Case>('trail/digest');
const casesIn = (file: string): readonly Case[] => files.find((one) => one.file === file)!.cases;

describe('a bucket', () => {
  it.each(casesIn('bucket.json').map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const built = prepared(row);
    const unreadable = (row.unreadable ?? []).map((label) => built.labels.get(label)!);
    const report = await validateLogs({
      window: windowOf(row.window ?? WINDOW),
      archive: bucketArchive(built, unreadable),
      keys: awsKeys(built),
    });
    expect(rowsOf(report, built)).toEqual(filled(row.expect, built));
    const standard = report.chains.find((chain) => !chain.backfill)!;
    expect(standard.gaps.map(({ from, to }) => [iso(from), iso(to)])).toEqual(row.gaps ?? []);
    expect(standard.tail?.overdue ?? false).toBe(row.overdue ?? false);
    expect(report.findings).toHaveLength(
      [report.digests, report.logs].flatMap((one) => Object.values(one)).reduce((sum, one) => sum + one, 0),
    );
  });
});

describe('a copy', () => {
  it.each(casesIn('copy.json').map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const built = prepared(row);
    const archive = await copyOf(built);
    const keys = keysFromFile(JSON.stringify(built.keys), 'keys.json');
    const report = await validateLogs({ window: windowOf(WINDOW), archive, keys });
    expect(rowsOf(report, built)).toEqual(filled([...COPY_BASE, ...row.expect], built));
  });
});
