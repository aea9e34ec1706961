/** Reads a snapshot folder: the account with its facts, and who last used what. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError, UsageError } from '../errors.ts';
import { parseTrails, type TrailFactsResult } from '../trail/facts-read.ts';
import type { Account, AccountFacts, AccountPrincipal, LastAccessed } from './account.ts';
import { parseAuthorizationDetails } from './authorization-details.ts';
import { parseCredentialReport } from './credential-report.ts';
import { parseAccountSummary, parsePasswordPolicy } from './facts.ts';
import { byCodeUnit, defined, isJson, parseTime } from './fields.ts';
import { parseLastAccessed } from './last-accessed.ts';
import { parseOrganization, parseOrganizationAccess } from './organization.ts';
import * as files from './snapshot-files.ts';

export interface SnapshotContents {
  /** With facts, and with what the snapshot could not read among its problems. */
  readonly account: Account;
  readonly trails?: TrailFactsResult;
  /** Epoch ms. */
  readonly takenAt?: number;
  /** [file name, sha256 hex as taken], sorted by name. */
  readonly digests: readonly (readonly [name: string, sha256: string])[];
  /** The report on one principal; undefined where the snapshot has none. */
  lastAccessed(principal: AccountPrincipal): Promise<LastAccessed | undefined>;
}

/**
 * Reads the folder that `gen-policy snapshot` wrote. Throws a UsageError for a folder that is none or that was not
 * finished; a file changed since is a problem of the account.
 */
export async function readSnapshot(directory: string): Promise<SnapshotContents> {
  const manifestText = await contentOf(directory, files.MANIFEST);
  if (manifestText === undefined)
    throw new UsageError(
      `\`${directory}\` has no \`${files.MANIFEST}\`: it is no snapshot, or one that did not finish; give a file, or take it again`,
    );
  const manifest = jsonOf(manifestText, join(directory, files.MANIFEST));
  if (!isJson(manifest) || !Array.isArray(manifest.files))
    throw new UsageError(
      `\`${join(directory, files.MANIFEST)}\` is not the manifest of a snapshot: take it again`,
    );
  const hashes = new Map(manifest.files.filter(Array.isArray).map((row) => [String(row[0]), String(row[1])]));
  const problems = (Array.isArray(manifest.missing) ? manifest.missing : []).filter(
    (one) => typeof one === 'string',
  );

  /** A file the manifest lists must be there; one it does not list is not part of the snapshot. */
  const listed = async (name: string): Promise<string | undefined> => {
    const hash = hashes.get(name);
    if (hash === undefined) return undefined;
    const text = await contentOf(directory, name);
    if (text === undefined)
      throw new UsageError(
        `\`${name}\` is missing from the snapshot \`${directory}\`: copy the whole folder`,
      );
    if (files.sha256(text) !== hash) problems.push(`\`${name}\` was changed after the snapshot was taken`);
    return text;
  };
  const json = async (name: string): Promise<unknown> => {
    const text = await listed(name);
    return text === undefined ? undefined : jsonOf(text, join(directory, name));
  };

  const details = await json(files.ACCOUNT);
  const account = parseAuthorizationDetails(details ?? null, join(directory, files.ACCOUNT));
  const report = await listed(files.CREDENTIAL_REPORT);
  const credentials =
    report === undefined
      ? undefined
      : parseCredentialReport(report, join(directory, files.CREDENTIAL_REPORT));
  const generatedAt = parseTime(manifest.credentialReportAt);
  const policy = await json(files.PASSWORD_POLICY);
  const summary = await json(files.SUMMARY);
  const trails = await json(files.TRAILS);
  const around = await json(files.ORGANIZATION);
  const access = await json(files.ORGANIZATION_ACCESS);
  const organization =
    around === undefined ? undefined : parseOrganization(around, join(directory, files.ORGANIZATION));
  const accessed =
    access === undefined
      ? undefined
      : parseOrganizationAccess(access, join(directory, files.ORGANIZATION_ACCESS));
  const facts: AccountFacts = {
    ...defined('organization', organization && { ...organization, ...defined('access', accessed) }),
    ...defined('credentials', credentials && { ...credentials, ...defined('generatedAt', generatedAt) }),
    ...defined(
      'passwordPolicy',
      policy === undefined ? undefined : parsePasswordPolicy(policy, join(directory, files.PASSWORD_POLICY)),
    ),
    ...defined(
      'summary',
      summary === undefined ? undefined : parseAccountSummary(summary, join(directory, files.SUMMARY)),
    ),
  };
  return {
    account: {
      ...account,
      facts,
      problems: [...new Set([...account.problems, ...problems])].sort(byCodeUnit),
    },
    ...defined(
      'trails',
      trails === undefined ? undefined : parseTrails(trails, join(directory, files.TRAILS)),
    ),
    digests: [...hashes],
    ...defined('takenAt', parseTime(manifest.takenAt)),
    lastAccessed: async (principal) => {
      const name = files.lastAccessedFile(principal);
      const value = await json(name);
      return value === undefined ? undefined : parseLastAccessed(value, join(directory, name));
    },
  };
}

async function contentOf(directory: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RunError(`could not read \`${join(directory, name)}\`: \`${code ?? String(error)}\``);
  }
}

function jsonOf(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`\`${origin}\` is not valid JSON: take the snapshot again`);
  }
}
