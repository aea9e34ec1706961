/**
 * SARIF 2.1.0 for code scanning: removals and notices, each at its statement in the policy file of the repository.
 * https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
 */
import type { Finding, FindingKind, Plan, PlanPolicy, Severity } from '../plan/plan.ts';
import { prettyJson } from './escape/json.ts';
import { sarifText, sarifUri } from './escape/sarif.ts';
import { safeName } from './output-file.ts';
import { findingsOf, kindText, lastUsed, subjectText } from './view.ts';

/** Where the repository keeps the policies: `{policy}` stands for the policy's name. */
export const DEFAULT_POLICY_PATH = '{policy}.json';

export const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** GitHub sorts alerts by this number: above 9 critical, 7 to 8.9 high, 4 to 6.9 medium, else low. */
export const SCORE: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/** One run of the tool. Findings that only explain why something is kept are no alerts and stay out. */
export function renderSarif(plan: Plan, options: { readonly policyPath?: string }): string {
  const findings = [...findingsOf(plan, 'removal'), ...findingsOf(plan, 'notice')];
  const kinds = [...new Set(findings.map((one) => one.kind))].sort();
  const path = options.policyPath ?? DEFAULT_POLICY_PATH;
  const worst = (kind: FindingKind): Severity =>
    findings.find((one) => one.kind === kind)?.severity ?? 'info';
  return `${prettyJson({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'gen-policy',
            version: sarifText(plan.tool.version),
            rules: kinds.map((kind) => ({
              id: kind,
              shortDescription: { text: sarifText(kindText(kind)) },
              properties: { tags: ['security', 'iam'], 'security-severity': SCORE[worst(kind)] },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: plan.evidence.complete
              ? []
              : [{ level: 'warning', message: { text: sarifText(plan.evidence.statement) } }],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: findings.map((one) => ({
          ruleId: one.kind,
          ruleIndex: kinds.indexOf(one.kind),
          level: LEVEL[one.severity],
          message: { text: sarifText(message(one)) },
          locations: [location(plan, one, path)],
          partialFingerprints: { 'genPolicyFinding/v1': sarifText(`${plan.principal.arn} ${one.id}`) },
          properties: { confidence: one.confidence, 'security-severity': SCORE[one.severity] },
        })),
      },
    ],
  })}\n`;
}

const message = (one: Finding): string =>
  `${subjectText(one)}: ${one.reason} (${lastUsed(one)}; confidence ${one.confidence})${one.impact === undefined ? '' : ` If wrong: ${one.impact}`}`;

function location(plan: Plan, one: Finding, path: string): unknown {
  const policy = plan.before?.policies.find((candidate) => candidate.name === one.policy);
  const name = one.policy ?? plan.after.policies[0]?.name ?? plan.principal.name;
  const startLine = policy === undefined ? 1 : statementLine(policy, one.statement);
  return {
    physicalLocation: {
      artifactLocation: { uri: sarifUri(path.replaceAll('{policy}', () => safeName(name))) },
      region: { startLine },
    },
    logicalLocations: [
      { fullyQualifiedName: sarifText([name, one.statement].filter((part) => part !== undefined).join('/')) },
    ],
  };
}

/** Line of a statement (`#index` or Sid) in the document as this tool writes it; 1 where it is not there. */
function statementLine(policy: PlanPolicy, statement: string | undefined): number {
  const { document } = policy;
  const index = document.Statement.findIndex(
    (one, at) => statement === `#${at}` || (statement !== undefined && one.Sid === statement),
  );
  if (index < 0) return 1;
  // The lines of a document that ends before the statement, less its three closing ones, stand before it.
  const head = prettyJson({ ...document, Statement: document.Statement.slice(0, index) }).split('\n');
  const open = head.findIndex((line) => line.startsWith('  "Statement": ['));
  const earlier = prettyJson(document.Statement.slice(0, index)).split('\n').length - 2;
  return open + 2 + (index === 0 ? 0 : earlier);
}
