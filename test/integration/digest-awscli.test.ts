/**
 * AWS's own validator beside ours, on every tampered bucket of the digest cases: what its command line calls valid or
 * INVALID, and by which words, against what we say. Where the two differ, a row says why.
 */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { keyring } from '../../src/trail/digest/keys.ts';
import { validateLogs } from '../../src/trail/digest/validate.ts';
import { readCases } from '../support/cases.ts';
import { bucketArchive, buildTrail, type Step, type TrailOptions, tamper } from '../support/digest-trail.ts';
import { pythonWith } from './support/python.ts';

const VERSION = '1.46.3';
const python = pythonWith('awscli', VERSION);
if ('why' in python) process.stderr.write(`SKIPPED: ${python.why}\n`);

interface Case {
  readonly name: string;
  readonly trail?: TrailOptions;
  readonly do: readonly Step[];
  readonly window?: readonly [string, string];
  readonly unreadable?: readonly string[];
}
const WINDOW = ['2026-01-02T00:00:00Z', '2026-01-02T06:30:00Z'] as const;
const cases = readCases<Case>('trail/digest')
  .find((one) => one.file === 'bucket.json')!
  .cases.filter((row) => row.unreadable === undefined);

interface Difference {
  readonly case: string;
  /** Labels; `D*` stands for all of that letter. */
  readonly of: readonly string[];
  readonly theirs: string;
  readonly ours: string;
  readonly why: string;
}
const ENCODING = 'the AWS command reads PKCS #1 alone; the documented key is a SubjectPublicKeyInfo';
const FORM =
  'we look at the form of a digest before its signature; the AWS command looks at less of it, after';
const BEHIND = 'the AWS command does not look behind the first member of a digest';
const LINKED = 'the AWS command does not compare a digest with what its successor says of it';
const GROUND = 'we take a file as shown only by a digest that is itself shown';
const DIFFERENCES: readonly Difference[] = [
  {
    case: 'keys encoded as SubjectPublicKeyInfo',
    of: ['D*', 'B*'],
    theirs: 'bad-key',
    ours: 'valid',
    why: ENCODING,
  },
  {
    case: 'a signature that is no hexadecimal text',
    of: ['D2'],
    theirs: 'INVALID: Odd-length string',
    ours: 'signature',
    why: "Python's words for the same",
  },
  {
    case: 'half a byte of a signature',
    of: ['D2'],
    theirs: 'INVALID: Odd-length string',
    ours: 'signature',
    why: "Python's words for the same",
  },
  {
    case: 'a digest replaced by null',
    of: ['D2'],
    theirs: "INVALID: 'NoneType' object does not support item assignment",
    ours: 'format',
    why: "Python's words for the same",
  },
  { case: 'a digest that ends before it begins', of: ['D2'], theirs: 'signature', ours: 'format', why: FORM },
  { case: 'a digest with half a previous place', of: ['D2'], theirs: 'signature', ours: 'format', why: FORM },
  { case: 'a digest whose list is none', of: ['D2'], theirs: 'signature', ours: 'format', why: FORM },
  {
    case: 'a digest listing a file without a hash',
    of: ['D2'],
    theirs: 'signature',
    ours: 'format',
    why: FORM,
  },
  { case: 'bytes behind a digest', of: ['D2'], theirs: 'valid', ours: 'trailing-data', why: BEHIND },
  {
    case: 'bytes behind a digest',
    of: ['L2a', 'L2b'],
    theirs: 'valid',
    ours: 'unverified not-covered',
    why: GROUND,
  },
  {
    case: 'a second member behind a digest',
    of: ['D2'],
    theirs: 'valid',
    ours: 'trailing-data',
    why: BEHIND,
  },
  {
    case: 'a second member behind a digest',
    of: ['L2a', 'L2b'],
    theirs: 'valid',
    ours: 'unverified not-covered',
    why: GROUND,
  },
  {
    case: 'a genuine digest that is not the one its successor names',
    of: ['D2'],
    theirs: 'valid',
    ours: 'forked',
    why: LINKED,
  },
  {
    case: 'a signed digest that leads to itself',
    of: ['D5'],
    theirs: 'valid',
    ours: 'reordered',
    why: 'the AWS command follows it without end',
  },
  {
    case: 'a signed digest that leads to itself',
    of: ['L5a', 'L5b'],
    theirs: 'valid',
    ours: 'unverified not-covered',
    why: GROUND,
  },
  {
    case: 'a signed digest that leads past another',
    of: ['D3'],
    theirs: 'valid',
    ours: 'forked',
    why: LINKED,
  },
  { case: 'a digest that no other leads to', of: ['D4'], theirs: 'valid', ours: 'forked', why: LINKED },
  {
    case: 'a digest that no other leads to',
    of: ['L4a', 'L4b'],
    theirs: 'valid',
    ours: 'unverified not-covered',
    why: GROUND,
  },
  {
    case: 'a digest that begins a chain of its own',
    of: ['D3'],
    theirs: 'valid',
    ours: 'forked',
    why: LINKED,
  },
  {
    case: 'a log file cut short',
    of: ['L1a'],
    theirs: 'valid',
    ours: 'format',
    why: 'the AWS command takes what could be unpacked',
  },
  {
    case: 'a log file emptied',
    of: ['L1a'],
    theirs: 'hash',
    ours: 'format',
    why: 'to Python nothing unpacks to nothing',
  },
];
/** What ends the AWS command itself. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['a signed digest that leads to itself', 'Endless'],
  ['no public keys for the time', 'RuntimeError'],
]);

/** Words of AWS's command line -> our fault. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/INVALID: not found$/, 'not-found'],
  [/INVALID: invalid format/, 'format'],
  [/moved from its original location/, 'moved'],
  [/public key not found|No public keys found/i, 'no-key'],
  [/Unable to load PKCS #1 key/, 'bad-key'],
  [/signature verification failed/, 'signature'],
  [/hash value doesn't match/, 'hash'],
  [/unexpected data after end of compressed stream/, 'trailing-data'],
];

function said(line: string): readonly [key: string, what: string] | undefined {
  const match = /(?:Digest|Log) file\ts3:\/\/logs\/(\S+)\t(.*)$/.exec(line);
  if (!match) return undefined;
  const [, key, rest] = match as unknown as [string, string, string];
  return [key, rest === 'valid' ? 'valid' : (WORDS.find(([words]) => words.test(rest))?.[1] ?? rest)];
}

describe.skipIf('why' in python)('beside the AWS command line', () => {
  it('says the same of every object, but for the rows', async () => {
    const built = cases.map((row) => {
      const trail = buildTrail(row.trail);
      for (const step of row.do) tamper(trail, step);
      return { row, trail };
    });
    const input = built.map(({ row, trail }) => {
      const {
        account = '111122223333',
        region = 'eu-west-1',
        home = 'eu-west-1',
        prefix,
        org,
      } = row.trail ?? {};
      const [start, end] = row.window ?? WINDOW;
      const objects = [...trail.objects].map(([key, { bytes, metadata }]) => [
        key,
        { bytes: bytes.toString('base64'), metadata },
      ]);
      return {
        ...{ account, region, home, prefix, org, start, end },
        trail: row.trail?.trail ?? 'main',
        objects: Object.fromEntries(objects),
        keys: trail.keys.PublicKeyList,
      };
    });
    const path = 'path' in python ? python.path : '';
    const program = new URL('support/awscli-validate.py', import.meta.url).pathname;
    const output = execFileSync(path, [program], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 240_000,
    });
    const theirs = JSON.parse(output) as { lines: string[]; failure: string | null }[];
    const differences: string[] = [];
    const ends: (readonly [string, string])[] = [];
    const alike = new Set<string>();
    let agreed = 0;
    for (const [index, { row, trail }] of built.entries()) {
      const labels = new Map([...trail.labels].map(([label, key]) => [key, label]));
      const [from, to] = row.window ?? WINDOW;
      const rows = trail.keys.PublicKeyList.map(({ Fingerprint: fingerprint, Value }) => ({
        fingerprint,
        der: Buffer.from(Value, 'base64'),
      }));
      const ring = keyring(rows);
      const report = await validateLogs({
        window: { from: Date.parse(from), to: Date.parse(to) },
        archive: bucketArchive(trail),
        keys: { find: async (_region, fingerprint) => ring.get(fingerprint) ?? { kind: 'unknown' } },
      });
      const ours = new Map(
        report.findings.map(({ name, status, fault }) => [
          name.replace(/^s3:\/\/logs\//, ''),
          status === 'valid' ? 'valid' : `${status === 'invalid' ? '' : 'unverified '}${fault}`,
        ]),
      );
      const { lines, failure } = theirs[index]!;
      if (failure !== null) ends.push([row.name, failure]);
      for (const [key, what] of lines.map(said).filter((one) => one !== undefined)) {
        const own = ours.get(key) ?? 'not named';
        if (own === what) {
          agreed += 1;
          if (what !== 'valid') alike.add(row.name);
        } else differences.push(`${row.name}: ${labels.get(key) ?? key} is ${what} to AWS, ${own} to us`);
      }
    }
    const expected = DIFFERENCES.flatMap(({ case: name, of, theirs: what, ours }) =>
      of
        .flatMap((label) => (label.endsWith('*') ? labelsOf(label[0]!) : [label]))
        .map((label) => `${name}: ${label} is ${what} to AWS, ${ours} to us`),
    );
    expect(differences.sort()).toEqual(expected.sort());
    expect(new Map(ends)).toEqual(ENDS);
    const named = new Set(DIFFERENCES.map((one) => one.case));
    const same = [...alike].filter((name) => !named.has(name)).length;
    console.log(`${agreed} objects alike; ${same} tamperings named by AWS and us in the same class`);
    expect(same).toBeGreaterThanOrEqual(40);
    // Nothing that AWS calls invalid is valid to us, but for the encoding of keys.
    expect(DIFFERENCES.filter((one) => one.ours === 'valid').map((one) => one.why)).toEqual([ENCODING]);
  });
});

const labelsOf = (letter: string): readonly string[] =>
  [...buildTrail().labels.keys()].filter((label) => label.startsWith(letter));
