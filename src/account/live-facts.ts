/** Facts of the account itself, live: credential report, password policy, summary. Each may be refused by itself. */
import { isExpected, RunError } from '../errors.ts';
import { awsErrorCode } from '../trail/aws-error.ts';
import { parseCredentialReport } from './credential-report.ts';
import type { RawFacts } from './facts.ts';
import type { Json } from './fields.ts';
import { ask, cliJson, type Iam, optional } from './live-calls.ts';
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
  waiting: Waiting,
): Promise<NonNullable<RawFacts['credentialReport']>> {
  const options = signal ? { abortSignal: signal } : {};
  const doing = 'read the credential report';
  const start = { doing, permission: 'iam:GenerateCredentialReport' };
  let wait = waiting.first;
  for (let waited = 0; ; waited += wait, wait = Math.min(wait * 2, waiting.first * 10)) {
    const { State } = await ask(start, signal, () =>
      client.send(new sdk.GenerateCredentialReportCommand({}), options),
    );
    if (State === 'COMPLETE') break;
    if (waited >= waiting.longest)
      throw new RunError(
        `could not ${doing}: aws has not finished it in ${Math.round(waiting.longest / 1000)} s; run again later`,
      );
    await pause(wait, signal);
  }
  const report = await ask({ doing, permission: 'iam:GetCredentialReport' }, signal, () =>
    client.send(new sdk.GetCredentialReportCommand({}), options),
  );
  const csv = new TextDecoder().decode(report.Content ?? new Uint8Array());
  const at = cliJson(report.GeneratedTime);
  refuseUnreadable(csv, doing);
  return { csv, ...(typeof at === 'string' ? { generatedAt: at } : {}) };
}

/** One report that is not as documented costs its own checks, named as missing, and not the account it came with. */
function refuseUnreadable(csv: string, doing: string): void {
  try {
    parseCredentialReport(csv, 'GetCredentialReport');
  } catch (error) {
    if (isExpected(error)) throw new RunError(`could not ${doing}: ${error.message}`);
    throw error;
  }
}

/** The policy, or null inside where the account has set none, which AWS tells as an error. */
async function readPasswordPolicy({ sdk, client, signal }: Iam): Promise<Json> {
  const purpose = { doing: 'read the password policy', permission: 'iam:GetAccountPasswordPolicy' };
  return ask(purpose, signal, async () => {
    try {
      const options = signal ? { abortSignal: signal } : {};
      return cliJson(await client.send(new sdk.GetAccountPasswordPolicyCommand({}), options)) as Json;
    } catch (error) {
      if (/^NoSuchEntity/.test(awsErrorCode(error))) return { PasswordPolicy: null };
      throw error;
    }
  });
}

async function readSummary({ sdk, client, signal }: Iam): Promise<Json> {
  const purpose = { doing: 'read the account summary', permission: 'iam:GetAccountSummary' };
  const options = signal ? { abortSignal: signal } : {};
  return ask(
    purpose,
    signal,
    async () => cliJson(await client.send(new sdk.GetAccountSummaryCommand({}), options)) as Json,
  );
}

/** What `parseFacts` reads, but for the organisation; what cannot be read is named in `missing`. */
export async function readFacts(iam: Iam, waiting: Waiting = WAITING): Promise<LiveFacts> {
  const report = await optional(() => readCredentialReport(iam, waiting));
  const policy = await optional(() => readPasswordPolicy(iam));
  const summary = await optional(() => readSummary(iam));
  return {
    facts: {
      ...('value' in report ? { credentialReport: report.value } : {}),
      ...('value' in policy ? { passwordPolicy: policy.value } : {}),
      ...('value' in summary ? { summary: summary.value } : {}),
    },
    missing: [report, policy, summary].flatMap((one) => ('missing' in one ? [one.missing] : [])),
  };
}
