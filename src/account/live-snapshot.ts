/**
 * Saves what the live readers read, in AWS's own output shapes, for offline runs, tests and audits. What cannot be read
 * is named in the manifest and returned: a snapshot with something missing never looks whole.
 */
import { readdir } from 'node:fs/promises';
import pLimit from 'p-limit';
import { UsageError } from '../errors.ts';
import type { AwsOptions } from '../trail/aws-config.ts';
import { readTrailAnswers } from '../trail/facts-live.ts';
import type { Account, AccountPrincipal } from './account.ts';
import { byCodeUnit } from './fields.ts';
import { readCaller, readLiveAccount } from './live.ts';
import { cliJson, type Iam, type LiveOptions, openIam, optional } from './live-calls.ts';
import { readFacts } from './live-facts.ts';
import { readLastAccessedReport, readOrganizationReport } from './live-last-accessed.ts';
import { readOrganization } from './live-organization.ts';
import type { Waiting } from './live-wait.ts';
import * as files from './snapshot-files.ts';

export interface SnapshotOptions extends LiveOptions {
  readonly aws: AwsOptions;
  /** A folder that is missing or empty. */
  readonly directory: string;
  /** Whose last-accessed reports to get. Those of service-linked roles are never got: nobody can change them. */
  readonly wanted: (principal: AccountPrincipal) => boolean;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly waiting?: Waiting;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Snapshot {
  readonly account: Account;
  /** Names of the files written, sorted. */
  readonly files: readonly string[];
  /** What could not be read, one line each, the organisation included, which few accounts may read. */
  readonly missing: readonly string[];
  /** False where anything but the organisation is missing: the snapshot says less than the live account would. */
  readonly whole: boolean;
}

/** Jobs of Access Advisor at a time; AWS throttles the calls that start them. */
const JOBS = 4;

/** Reads everything and writes it; the manifest comes last. Throws where the account itself cannot be read. */
export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { directory } = options;
  await requireEmpty(directory);
  const caller = await readCaller(options);
  const iam = await openIam(options);
  const live = await readLiveAccount(options);
  const missing = [...live.account.problems];
  const written = new Map<string, string>();
  const write = async (name: string, text: string): Promise<void> => {
    await files.writePrivate(directory, name, text);
    written.set(name, files.sha256(text));
  };
  await write(files.ACCOUNT, files.jsonText(live.details));

  const { facts, missing: unread } = await readFacts(iam, options.waiting);
  missing.push(...unread);
  if (facts.credentialReport) await write(files.CREDENTIAL_REPORT, facts.credentialReport.csv);
  if (facts.passwordPolicy) await write(files.PASSWORD_POLICY, files.jsonText(facts.passwordPolicy));
  if (facts.summary) await write(files.SUMMARY, files.jsonText(facts.summary));

  missing.push(...(await saveTrails(options.aws, write)));
  const wanted = live.account.principals.filter(
    (one) => one.managedBy !== 'service-linked' && options.wanted(one),
  );
  missing.push(...(await saveLastAccessed(options, iam, wanted, write)));

  const whole = missing.length === 0;
  missing.push(...(await saveOrganization(options, iam, caller.accountId, write)));
  const sorted = [...new Set(missing)].sort(byCodeUnit);
  const reportAt = facts.credentialReport?.generatedAt;
  const manifest: files.Manifest = {
    tool: 'gen-policy',
    version: options.version,
    accountId: caller.accountId,
    takenAt: options.takenAt,
    takenBy: caller.arn,
    ...(reportAt === undefined ? {} : { credentialReportAt: reportAt }),
    files: [...written].sort((a, b) => byCodeUnit(a[0], b[0])),
    missing: sorted,
  };
  await files.writePrivate(directory, files.MANIFEST, files.jsonText(manifest));
  return {
    account: live.account,
    files: [...written.keys(), files.MANIFEST].sort(byCodeUnit),
    missing: sorted,
    whole,
  };
}

type Write = (name: string, text: string) => Promise<void>;

/** Old files between new ones would be taken for part of the snapshot. The folder itself is made with its first file. */
async function requireEmpty(directory: string): Promise<void> {
  try {
    if ((await readdir(directory)).length === 0) return;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'ENOENT') return;
    throw new UsageError(`\`${directory}\` cannot be used (\`${code ?? String(error)}\`): give a new folder`);
  }
  throw new UsageError(
    `\`${directory}\` is not empty: give a new folder, so that old files do not mix with the snapshot`,
  );
}

async function saveOrganization(
  live: LiveOptions & { readonly waiting?: Waiting },
  iam: Iam,
  accountId: string,
  write: Write,
): Promise<readonly string[]> {
  const answer = await optional(() => readOrganization(live, accountId));
  const organization = 'missing' in answer ? answer : answer.value;
  if ('missing' in organization) return [organization.missing];
  await write(files.ORGANIZATION, files.jsonText(organization.found));
  const report = await optional(() =>
    readOrganizationReport(iam, organization.found.EntityPath, live.waiting),
  );
  if ('missing' in report) return [report.missing];
  await write(files.ORGANIZATION_ACCESS, files.jsonText(report.value));
  return [];
}

async function saveTrails(aws: AwsOptions, write: Write): Promise<readonly string[]> {
  const trails = await optional(() => readTrailAnswers(aws));
  if ('missing' in trails) return [trails.missing];
  const { answers, problems } = trails.value;
  await write(files.TRAILS, files.jsonText({ trails: cliJson(answers), problems }));
  return problems;
}

/** A report each; one that fails is named and the others go on, but being refused once is being refused for all. */
async function saveLastAccessed(
  options: SnapshotOptions,
  iam: Iam,
  principals: readonly AccountPrincipal[],
  write: Write,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const limit = pLimit(JOBS);
  let done = 0;
  let refused = false;
  let failed: unknown;
  const tasks = principals.map((principal) =>
    limit(async () => {
      if (refused || failed !== undefined) return;
      try {
        const report = await optional(() => readLastAccessedReport(iam, principal.arn, options.waiting));
        if ('missing' in report) {
          missing.push(report.missing);
          refused ||= report.refused;
        } else await write(files.lastAccessedFile(principal), files.jsonText(report.value));
      } catch (error) {
        failed ??= error;
      }
      done += 1;
      options.onProgress?.(done, principals.length);
    }),
  );
  await Promise.all(tasks);
  if (failed !== undefined) throw failed;
  const left = principals.length - done;
  if (left > 0) missing.push(`last-accessed reports of ${left} more principals were not asked for`);
  return missing;
}
