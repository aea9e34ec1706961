/** What is shipped and what runs on the way: licences, number and integrity of packages, and workflows that are pinned. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAudit } from '../scripts/supply-chain/advisories.ts';
import { licenceProblems, meets } from '../scripts/supply-chain/licences.ts';
import { lockedPackages, packageRef, runtimePackages } from '../scripts/supply-chain/lock.ts';
import { deterministicBom } from '../scripts/supply-chain/sbom.ts';

const ROOT = new URL('..', import.meta.url).pathname;

describe('packages', () => {
  it('are at most 100 at run time, none of which runs a script when it is installed', () => {
    const shipped = runtimePackages(ROOT);
    expect(shipped.length).toBeGreaterThan(10);
    expect(shipped.length).toBeLessThanOrEqual(100);
    expect(shipped.filter((one) => one.hasInstallScript)).toEqual([]);
  });

  it('are locked by hash, but for tools of other platforms', () => {
    const all = lockedPackages(ROOT);
    const open = all.filter((one) => one.integrity === undefined);
    expect(open.filter((one) => !(one.dev && one.optional)).map((one) => one.path)).toEqual([]);
    for (const { path, integrity } of all)
      if (integrity !== undefined)
        expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
  });

  it('come under licences that are allowed', () => {
    expect(licenceProblems(ROOT)).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT AND Zlib)', true],
    ['GPL-3.0-only OR MIT', true],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT OR Apache-2.0) AND AGPL-3.0-only', false],
    ['SEE LICENSE IN x', false],
    ['(MIT', false],
    ['none', false],
    ['', false],
  ])('%j can be met by permissive licences: %s', (expression, expected) => {
    expect(meets(expression, new Set(['MIT', 'Apache-2.0', 'Zlib']))).toBe(expected);
  });
});

describe('advisories', () => {
  it.each([
    ['{"vulnerabilities":{}}', 'none'],
    ['{"vulnerabilities":{"a":{"severity":"high","range":"<2","via":[{"title":"bad"}]}}}', 'found'],
    ['{"vulnerabilities":{"a":{"nodes":["node_modules/a"]}}}', 'found'],
    ['{"vulnerabilities":{"b":{"nodes":["node_modules/b"]}}}', 'none'],
    ['{"message":"405 Method Not Allowed","error":{"summary":""}}', 'unknown'],
    ['npm error', 'unknown'],
    ['{}', 'unknown'],
  ])('%s is %s', (output, kind) => {
    expect(readAudit(output, new Set(['node_modules/a'])).kind).toBe(kind);
  });
});

describe('sbom', () => {
  const made = (): string =>
    deterministicBom(
      execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=silent'], {
        cwd: ROOT,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      }),
      'gen-policy',
      new Set(runtimePackages(ROOT).map(packageRef)),
    );

  it('lists what is shipped, each with hash and licence, and is the same each time', () => {
    const text = made();
    const bom = JSON.parse(text);
    // One a version: the same one may lie in several places.
    const shipped = runtimePackages(ROOT).map(packageRef);
    expect(bom.components.map((one: { 'bom-ref': string }) => one['bom-ref'])).toEqual(
      [...new Set(shipped)].sort(),
    );
    for (const one of bom.components) expect([one.hashes?.length, one.licenses?.length]).toEqual([1, 1]);
    expect(bom.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(bom.metadata.component.name).toBe('gen-policy');
    expect(made()).toBe(text);
  });
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

describe('workflows', () => {
  const folder = join(ROOT, '.github/workflows');
  const own = readdirSync(folder).map((name) => `.github/workflows/${name}`);
  const all = [...own, 'action.yml', 'samples/ci/github.yml'];
  const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const workflow = (path: string): Workflow => parse(textOf(path)) as Workflow;

  it.each(all)('%s uses nothing by a name that can be moved', (path) => {
    const uses = [...textOf(path).matchAll(/^\s*(?:- )?uses:\s*(\S+)(.*)$/gm)];
    if (own.includes(path)) expect(uses.length).toBeGreaterThan(0);
    for (const [, what, comment] of uses) {
      // The sample's own line stands for whoever copies it, and tells them to pin it.
      if (what!.startsWith('OWNER/gen-policy@')) expect(comment).toContain('pin to a commit');
      else
        expect([what, comment]).toEqual([
          expect.stringMatching(/@[0-9a-f]{40}$/),
          expect.stringMatching(/^ # v\d+\.\d+\.\d+$/),
        ]);
    }
  });

  it.each(own)('%s gives no right but where it is needed', (path) => {
    const { permissions, jobs } = workflow(path);
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, value]) => value === 'write');
      // A job that may write or speak for the project runs none of its code.
      if (writes.length > 0)
        for (const { uses, run } of job.steps)
          expect([name, uses ?? '', run ?? '']).not.toEqual([
            name,
            expect.stringMatching(/^actions\/checkout/),
            '',
          ]);
      for (const { uses, with: given } of job.steps)
        if (uses?.startsWith('actions/checkout@')) expect(given?.['persist-credentials']).toBe(false);
    }
  });

  it('publishes with provenance, in a job that may sign and no more', () => {
    const { jobs } = workflow('.github/workflows/release.yml');
    const publishing = Object.values(jobs).filter((job) =>
      job.steps.some(({ run }) => /npm publish/.test(run ?? '')),
    );
    expect(publishing).toHaveLength(1);
    expect(publishing[0]!.permissions).toEqual({ 'id-token': 'write' });
    const command = publishing[0]!.steps.find(({ run }) => /npm publish/.test(run ?? ''))!.run!;
    expect(command).toContain('--provenance');
    expect(command).toContain('--ignore-scripts');
    for (const job of Object.values(jobs))
      if (!publishing.includes(job)) expect(job.permissions).not.toHaveProperty('id-token');
  });

  it('never puts what a stranger wrote into a script', () => {
    for (const path of all)
      for (const [, body] of textOf(path).matchAll(/run:\s*(\|[\s\S]*?(?=\n\s*- )|.*)/g))
        expect([path, body]).toEqual([
          path,
          expect.not.stringMatching(/\$\{\{\s*(?:inputs|github\.event|github\.head_ref)/),
        ]);
  });
});
