/** Reads a snapshot folder: the account with its facts, and who last used what. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError, UsageError } from '../errors.ts';
import { parseTrails, type TrailFactsResult } from '../trail/facts-read.ts';
import type { Account, AccountPrincipal, LastAccessed } from './account.ts';
import { parseAuthorizationDetails } from './authorization-details.ts';
import { parseFacts, type RawFacts } from './facts.ts';
import { byCodeUnit, defined, isJson, parseTime } from './fields.ts';
import { parseLastAccessed } from './last-accessed.ts';
import * as files from './snapshot-files.ts';

const FILES: Readonly<Record<keyof RawFacts, string>> = {
  credentialReport: files.CREDENTIAL_REPORT,
  passwordPolicy: files.PASSWORD_POLICY,
  summary: files.SUMMARY,
  organization: files.ORGANIZATION,
  organizationAccess: files.ORGANIZATION_ACCESS,
};

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
 * finished; a file changed since is a problem of the account. `shown` is what messages and plans call the folder.
 */
export async function readSnapshot(directory: string, shown = directory): Promise<SnapshotContents> {
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
  const account = parseAuthorizationDetails(details ?? null, join(shown, files.ACCOUNT));
  const csv = await listed(files.CREDENTIAL_REPORT);
  const generatedAt =
    typeof manifest.credentialReportAt === 'string' ? manifest.credentialReportAt : undefined;
  const facts = parseFacts(
    {
      ...defined(
        'credentialReport',
        csv === undefined ? undefined : { csv, ...defined('generatedAt', generatedAt) },
      ),
      ...defined('passwordPolicy', await json(files.PASSWORD_POLICY)),
      ...defined('summary', await json(files.SUMMARY)),
      ...defined('organization', await json(files.ORGANIZATION)),
      ...defined('organizationAccess', await json(files.ORGANIZATION_ACCESS)),
    },
    (part) => join(shown, FILES[part]),
  );
  const trails = await json(files.TRAILS);
  return {
    account: {
      ...account,
      facts,
      problems: [...new Set([...account.problems, ...problems])].sort(byCodeUnit),
    },
    ...defined('trails', trails === undefined ? undefined : parseTrails(trails, join(shown, files.TRAILS))),
    digests: [...hashes],
    ...defined('takenAt', parseTime(manifest.takenAt)),
    lastAccessed: async (principal) => {
      const name = files.lastAccessedFile(principal);
      const value = await json(name);
      return value === undefined ? undefined : parseLastAccessed(value, join(shown, name));
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
