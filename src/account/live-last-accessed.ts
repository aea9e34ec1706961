/**
 * Access Advisor live: a job is started for one principal, waited for, and its pages are read. Times tell of attempts,
 * not of successes; about the last four hours are missing; nothing older than AWS's tracking period is told.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
 */
import { RunError } from '../errors.ts';
import type { LastAccessed } from './account.ts';
import type { Json } from './fields.ts';
import { parseLastAccessed } from './last-accessed.ts';
import { ask, cliJson, cliList, type Iam, type Page, type Purpose, pages } from './live-calls.ts';
import { pause, type Waiting } from './live-wait.ts';

/** Most entries AWS gives in one answer. */
const PAGE = 1000;
const WAITING: Waiting = { first: 500, longest: 180_000 };

interface Job {
  readonly JobStatus?: string | undefined;
  readonly Error?: { readonly Code?: string | undefined; readonly Message?: string | undefined } | undefined;
}
interface Lists {
  readonly ServicesLastAccessed?: readonly object[] | undefined;
  readonly AccessDetails?: readonly object[] | undefined;
}
interface JobError {
  readonly ErrorDetails?:
    | { readonly Code?: string | undefined; readonly Message?: string | undefined }
    | undefined;
}

/** Looks at a job until it has an end; a failed or stuck one is an error, for half a report proves nothing. */
async function finished<T extends Job & JobError>(
  purpose: Purpose,
  look: () => Promise<T>,
  signal: AbortSignal | undefined,
  waiting: Waiting,
): Promise<T> {
  let wait = waiting.first;
  for (let waited = 0; ; waited += wait, wait = Math.min(wait * 2, waiting.first * 10)) {
    const job = await look();
    if (job.JobStatus === 'COMPLETED') return job;
    if (job.JobStatus === 'FAILED') {
      const error = job.Error ?? job.ErrorDetails;
      const why = [error?.Code, error?.Message].filter(Boolean).join(': ');
      throw new RunError(
        `could not ${purpose.doing}: the job of aws failed (\`${why || 'no reason given'}\`); run again`,
      );
    }
    if (waited >= waiting.longest)
      throw new RunError(
        `could not ${purpose.doing}: the job of aws has not finished in ${Math.round(waiting.longest / 1000)} s; run again later`,
      );
    await pause(wait, signal);
  }
}

/** Waits for a job and joins its pages: the first answer with the `key` list of all of them, no marker left. */
async function whole<T extends Job & JobError & Lists & Page>(
  purpose: Purpose,
  key: 'ServicesLastAccessed' | 'AccessDetails',
  get: (marker: { readonly Marker?: string }) => Promise<T>,
  signal: AbortSignal | undefined,
  waiting: Waiting,
): Promise<Json> {
  return ask(purpose, signal, async () => {
    const first = await finished(purpose, () => get({}), signal, waiting);
    const read = await pages(purpose, (marker) =>
      marker.Marker === undefined ? Promise.resolve(first) : get(marker),
    );
    const { Marker: _, ...rest } = first;
    const list = read.flatMap((page) => page[key] ?? []);
    return { ...(cliJson(rest) as Json), IsTruncated: false, [key]: cliList(list) };
  });
}

/**
 * The finished report on one principal at action level, as `aws iam get-service-last-accessed-details` prints it, all
 * pages in one. Needs `iam:GenerateServiceLastAccessedDetails` and `iam:GetServiceLastAccessedDetails`.
 */
export async function readLastAccessedReport(
  iam: Iam,
  arn: string,
  waiting: Waiting = WAITING,
): Promise<Json> {
  const { sdk, client, signal } = iam;
  const options = signal ? { abortSignal: signal } : {};
  const start = {
    doing: `start the last-accessed report of \`${arn}\``,
    permission: 'iam:GenerateServiceLastAccessedDetails',
  };
  const { JobId } = await ask(start, signal, () =>
    client.send(
      new sdk.GenerateServiceLastAccessedDetailsCommand({ Arn: arn, Granularity: 'ACTION_LEVEL' }),
      options,
    ),
  );
  const purpose = {
    doing: `read the last-accessed report of \`${arn}\``,
    permission: 'iam:GetServiceLastAccessedDetails',
  };
  return whole(
    purpose,
    'ServicesLastAccessed',
    (marker) =>
      client.send(
        new sdk.GetServiceLastAccessedDetailsCommand({ JobId, MaxItems: PAGE, ...marker }),
        options,
      ),
    signal,
    waiting,
  );
}

/** As `readLastAccessedReport`, read. */
export async function readLastAccessed(
  iam: Iam,
  arn: string,
  waiting: Waiting = WAITING,
): Promise<LastAccessed> {
  return parseLastAccessed(await readLastAccessedReport(iam, arn, waiting), 'live');
}

/**
 * The organisation's own report on one account (`entityPath`: `o-…/r-…/ou-…/account`), as `aws iam
 * get-organizations-access-report` prints it. Only the management account or a delegated administrator may ask.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateOrganizationsAccessReport.html
 */
export async function readOrganizationReport(
  iam: Iam,
  entityPath: string,
  waiting: Waiting = WAITING,
): Promise<Json> {
  const { sdk, client, signal } = iam;
  const options = signal ? { abortSignal: signal } : {};
  const start = {
    doing: `start the access report of \`${entityPath}\``,
    permission: 'iam:GenerateOrganizationsAccessReport',
  };
  const { JobId } = await ask(start, signal, () =>
    client.send(new sdk.GenerateOrganizationsAccessReportCommand({ EntityPath: entityPath }), options),
  );
  const purpose = {
    doing: `read the access report of \`${entityPath}\``,
    permission: 'iam:GetOrganizationsAccessReport',
  };
  return whole(
    purpose,
    'AccessDetails',
    (marker) =>
      client.send(new sdk.GetOrganizationsAccessReportCommand({ JobId, MaxItems: PAGE, ...marker }), options),
    signal,
    waiting,
  );
}
