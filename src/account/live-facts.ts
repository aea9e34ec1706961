/** Facts of the account itself, live: credential report, password policy, summary. Each may be refused by itself. */
import { isExpected, RunError } from '../errors.ts';
import { awsError, awsErrorCode } from '../trail/aws-error.ts';
import type { RawFacts } from './facts.ts';
import type { Json } from './fields.ts';
import { askFor, cliJson, excused, type Iam } from './live-calls.ts';
import { pause, type Waiting } from './live-wait.ts';

export interface LiveFacts {
  readonly facts: RawFacts;
  /** One line each: what could not be read. */
  readonly missing: readonly string[];
}

const WAITING: Waiting = { first: 500, longest: 120_000 };

/**
 * The credential report. Where none is fresh AWS makes one, which takes seconds; asking for it changes nothing in the
 * account. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
 */
async function readCredentialReport(
  { sdk, client, signal }: Iam,
  waiting: Waiting = WAITING,
): Promise<NonNullable<RawFacts['credentialReport']> | { readonly missing: string }> {
  const options = signal ? { abortSignal: signal } : {};
  const doing = 'read the credential report';
  const permission = 'iam:GenerateCredentialReport';
  let step = permission;
  try {
    let wait = waiting.first;
    for (let waited = 0; ; waited += wait, wait = Math.min(wait * 2, waiting.first * 10)) {
      const { State } = await client.send(new sdk.GenerateCredentialReportCommand({}), options);
      if (State === 'COMPLETE') break;
      if (waited >= waiting.longest)
        throw new RunError(
          `could not ${doing}: aws has not finished it in ${Math.round(waiting.longest / 1000)} s; run again later`,
        );
      await pause(wait, signal);
    }
    step = 'iam:GetCredentialReport';
    const report = await client.send(new sdk.GetCredentialReportCommand({}), options);
    const csv = new TextDecoder().decode(report.Content ?? new Uint8Array());
    const at = cliJson(report.GeneratedTime);
    return { csv, ...(typeof at === 'string' ? { generatedAt: at } : {}) };
  } catch (error) {
    if (signal?.aborted || isExpected(error)) throw error;
    const excuse = excused(error, step);
    if (excuse === undefined) throw awsError(error, doing, step);
    return { missing: `could not ${doing}: ${excuse}` };
  }
}

/** What `parseFacts` reads, but for the organisation; what is denied is named in `missing`. */
export async function readFacts(iam: Iam, waiting: Waiting = WAITING): Promise<LiveFacts> {
  const { sdk, client, signal } = iam;
  const options = signal ? { abortSignal: signal } : {};
  const missing: string[] = [];
  const report = await readCredentialReport(iam, waiting);
  if ('missing' in report) missing.push(report.missing);
  const policy = await askFor(
    { doing: 'read the password policy', permission: 'iam:GetAccountPasswordPolicy' },
    signal,
    async () => {
      try {
        const answer = await client.send(new sdk.GetAccountPasswordPolicyCommand({}), options);
        return cliJson(answer) as Json;
      } catch (error) {
        // AWS's way to say that the account has set none.
        if (/^NoSuchEntity/.test(awsErrorCode(error))) return { PasswordPolicy: null };
        throw error;
      }
    },
  );
  if ('missing' in policy) missing.push(policy.missing);
  const summary = await askFor(
    { doing: 'read the account summary', permission: 'iam:GetAccountSummary' },
    signal,
    async () => cliJson(await client.send(new sdk.GetAccountSummaryCommand({}), options)) as Json,
  );
  if ('missing' in summary) missing.push(summary.missing);
  return {
    facts: {
      ...('missing' in report ? {} : { credentialReport: report }),
      ...('value' in policy ? { passwordPolicy: policy.value } : {}),
      ...('value' in summary ? { summary: summary.value } : {}),
    },
    missing,
  };
}
