/** A CDK snippet in TypeScript. https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam-readme.html */
import type { Plan } from '../plan/plan.ts';
import { deployed } from './deployed.ts';
import { assertLiteral, assertNoToken, logicalIds } from './escape/cloudformation.ts';
import { jsonString, prettyJson } from './escape/json.ts';
import { visible } from './escape/visible.ts';
import { principalText, windowText } from './view.ts';

/** A construct that holds the new policies and attaches them. */
export function renderCdk(plan: Plan): string {
  const { principal } = plan;
  const policies = deployed(plan);
  assertLiteral([policies.map((one) => [one.name, one.document]), principal.name, principal.path ?? '']);
  assertNoToken([policies.map((one) => [one.name, one.document]), principal.name, principal.path ?? '']);
  const ids = logicalIds(policies.map((one) => one.name));
  const holder = principal.kind === 'role' ? 'role' : 'user';
  const load =
    principal.kind === 'role'
      ? `iam.Role.fromRoleName(this, 'Role', ${jsonString(principal.name)})`
      : `iam.User.fromUserName(this, 'User', ${jsonString(principal.name)})`;
  const notes = [
    `Written by gen-policy ${plan.tool.version} for ${principalText(plan)} (${principal.arn}), ${windowText(plan)}.`,
    plan.evidence.statement,
    ...plan.changes.map((one) => `${one.change} ${one.policy}: ${one.reason}`),
  ];
  const constructs = policies.map((policy, index) => {
    return [
      `    new iam.ManagedPolicy(this, ${jsonString(ids[index]!)}, {`,
      `      managedPolicyName: ${jsonString(policy.name)},`,
      ...(policy.path === '/' ? [] : [`      path: ${jsonString(policy.path)},`]),
      `      ${holder}s: [${holder}],`,
      `      document: iam.PolicyDocument.fromJson(${literal(policy.document)}),`,
      '    });',
    ].join('\n');
  });
  return `${[
    ...notes.map((line) => `// ${visible(line)}`),
    "import * as iam from 'aws-cdk-lib/aws-iam';",
    "import { Construct } from 'constructs';",
    '',
    'export class TightenedPolicies extends Construct {',
    '  constructor(scope: Construct, id: string) {',
    '    super(scope, id);',
    ...(policies.length === 0 ? [] : [`    const ${holder} = ${load};`]),
    ...constructs,
    '  }',
    '}',
  ].join('\n')}\n`;
}

/** JSON as an object literal. Only there would a `__proto__` member set the prototype; a computed name does not. */
const literal = (value: unknown): string =>
  prettyJson(value)
    .replace(/^(\s*)"__proto__":/gm, '$1["__proto__"]:')
    .replaceAll('\n', '\n      ');
