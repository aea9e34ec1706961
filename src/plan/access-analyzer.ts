/**
 * What IAM Access Analyzer says of the new policies: ValidatePolicy on each, and CheckNoNewAccess of the new set
 * against the old one. Only with credentials and consent: documents leave the machine, and each CheckNoNewAccess call
 * is charged. https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html
 */
import type { AwsClientConfig } from '../trail/aws-config.ts';
import { awsError } from '../trail/aws-error.ts';
import type { AnalyzerResult, JsonPolicy, Plan, PlanPolicy } from './plan.ts';

export interface AnalyzerOptions {
  readonly config: AwsClientConfig;
  readonly signal?: AbortSignal;
}

/** Throws an AccessError where the calls are not allowed, a RunError for other failures. */
export async function askAccessAnalyzer(plan: Plan, options: AnalyzerOptions): Promise<AnalyzerResult> {
  const sdk = await import('@aws-sdk/client-accessanalyzer');
  const client = new sdk.AccessAnalyzerClient(options.config);
  const send = options.signal ? { abortSignal: options.signal } : {};
  const attempt = async <T>(doing: string, permission: string, call: () => Promise<T>): Promise<T> =>
    call().catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      throw awsError(error, doing, permission);
    });
  const findings: AnalyzerResult['findings'][number][] = [];
  for (const policy of plan.after.policies) {
    let nextToken: string | undefined;
    do {
      const page = await attempt(`validate policy \`${policy.name}\``, 'access-analyzer:ValidatePolicy', () =>
        client.send(
          new sdk.ValidatePolicyCommand({
            policyDocument: JSON.stringify(policy.document),
            policyType: 'IDENTITY_POLICY',
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
          send,
        ),
      );
      for (const one of page.findings ?? [])
        findings.push({
          policy: policy.name,
          type: one.findingType ?? 'WARNING',
          issue: one.issueCode ?? '',
          detail: one.findingDetails ?? '',
          link: one.learnMoreLink ?? '',
        });
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  if (!plan.before)
    return { findings, newAccess: { result: 'not-compared', detail: 'no old policies were given' } };
  const [existing, fresh] = [combined(plan.before.policies), combined(plan.after.policies)];
  if (!existing || !fresh)
    return {
      findings,
      newAccess: {
        result: 'not-compared',
        detail: 'policies of different Version cannot be put into one document for the check',
      },
    };
  const answer = await attempt('check for new access', 'access-analyzer:CheckNoNewAccess', () =>
    client.send(
      new sdk.CheckNoNewAccessCommand({
        existingPolicyDocument: JSON.stringify(existing),
        newPolicyDocument: JSON.stringify(fresh),
        policyType: 'IDENTITY_POLICY',
      }),
      send,
    ),
  );
  const reasons = (answer.reasons ?? []).map((one) => one.description ?? '').filter((one) => one !== '');
  return {
    findings,
    newAccess: {
      result: answer.result === 'PASS' ? 'pass' : 'fail',
      detail: [answer.message ?? '', ...reasons].filter((one) => one !== '').join('; '),
    },
  };
}

/**
 * All policies as one document, which is what the check compares: a Deny in one of them guards them all. Sids are
 * left out, as two policies may use the same. Undefined where `${` means different things in them.
 */
function combined(policies: readonly PlanPolicy[]): JsonPolicy | undefined {
  const documents = policies.map((one) => one.document);
  const old = documents.filter((one) => one.Version !== '2012-10-17');
  if (old.some((one) => JSON.stringify(one).includes('${'))) return undefined;
  return {
    Version: '2012-10-17',
    Statement: documents.flatMap((one) => one.Statement.map(({ Sid: _, ...statement }) => statement)),
  };
}
