/** Names in a snapshot folder, its manifest, and writing a file so that it is there whole, readable by its owner only. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RunError } from '../errors.ts';
import type { AccountPrincipal } from './account.ts';

export const ACCOUNT = 'account.json';
export const CREDENTIAL_REPORT = 'credential-report.csv';
export const PASSWORD_POLICY = 'account-password-policy.json';
export const SUMMARY = 'account-summary.json';
export const ORGANIZATION = 'organization.json';
export const ORGANIZATION_ACCESS = 'organizations-access-report.json';
export const TRAILS = 'trails.json';
export const MANIFEST = 'snapshot.json';

/**
 * IAM's names are safe as file names; anything else in one is written `%hex`, for it cannot have come from IAM. The kind
 * keeps a role and a user of one name apart.
 */
export const lastAccessedFile = ({ kind, name }: Pick<AccountPrincipal, 'kind' | 'name'>): string =>
  `last-accessed/${kind}-${name.replace(/[^\w+=,.@-]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}.json`;

/** Written last: a folder without it is of a snapshot that did not finish. */
export interface Manifest {
  readonly tool: 'gen-policy';
  readonly version: string;
  readonly accountId: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly takenBy: string;
  /** When AWS made the credential report; the CSV does not say. */
  readonly credentialReportAt?: string;
  /** [name, sha256 hex], sorted by name. */
  readonly files: readonly (readonly [name: string, sha256: string])[];
  /** What could not be read, one line each. */
  readonly missing: readonly string[];
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Writes beside, syncs, renames. Mode 0600: who may do what in an account is nobody else's business. */
export async function writePrivate(directory: string, name: string, text: string): Promise<void> {
  const path = join(directory, name);
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    const code = (error as { readonly code?: unknown }).code;
    throw new RunError(
      `could not write \`${path}\`: ${typeof code === 'string' ? `\`${code}\`` : String(error)}; give another folder`,
    );
  }
}
