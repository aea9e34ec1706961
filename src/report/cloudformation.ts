/**
 * CloudFormation: the new policies as AWS::IAM::ManagedPolicy, in YAML and JSON.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
 */
import type { Plan } from '../plan/plan.ts';
import { type DeployedPolicy, deployed } from './deployed.ts';
import { assertLiteral, logicalIds } from './escape/cloudformation.ts';
import { prettyJson } from './escape/json.ts';
import { visible } from './escape/visible.ts';
import { yamlKey, yamlString } from './escape/yaml.ts';
import { principalText, windowText } from './view.ts';

function template(plan: Plan): unknown {
  const policies = deployed(plan);
  const ids = logicalIds(policies.map((one) => one.name));
  const resources = policies.map((policy, index) => [ids[index]!, resource(plan, policy)] as const);
  assertLiteral(resources);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Tightened policies written by gen-policy',
    Resources: Object.fromEntries(resources),
  };
}

function resource(plan: Plan, policy: DeployedPolicy): unknown {
  const { principal } = plan;
  const path = policy.path === '/' ? {} : { Path: policy.path };
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: policy.name,
      ...path,
      PolicyDocument: policy.document,
      [principal.kind === 'role' ? 'Roles' : 'Users']: [principal.name],
    },
  };
}

const notes = (plan: Plan): readonly string[] => [
  `Written by gen-policy ${plan.tool.version} for ${principalText(plan)} (${plan.principal.arn}), ${windowText(plan)}.`,
  plan.evidence.statement,
  ...deployed(plan)
    .filter((one) => one.existingArn !== undefined)
    .map(
      (one) => `${one.name} exists: import it into the stack (create-change-set --change-set-type IMPORT).`,
    ),
  ...plan.changes.map((one) => `${one.change} ${one.policy}: ${one.reason}`),
];

/** The template as YAML; the JSON form has the same value. */
export function renderCloudFormationYaml(plan: Plan): string {
  const head = notes(plan).map((line) => `# ${visible(line)}`);
  return `${head.join('\n')}\n${yaml(template(plan), '')}`;
}

export const renderCloudFormationJson = (plan: Plan): string => `${prettyJson(template(plan))}\n`;

/** Block style, lines ended by a line feed. */
function yaml(value: unknown, indent: string): string {
  if (typeof value === 'string') return `${yamlString(value)}\n`;
  if (value === null || typeof value !== 'object') return `${String(value)}\n`;
  if (Array.isArray(value))
    return value
      .map(
        (one) =>
          `${indent}- ${isBlock(one) ? yaml(one, `${indent}  `).slice(indent.length + 2) : scalar(one)}`,
      )
      .join('');
  return Object.entries(value)
    .map(([key, one]) => {
      const name = yamlKey(key);
      // A simple key may have 1,024 characters; a longer one needs the explicit form.
      const head = name.length > 1_000 ? `${indent}? ${name}\n${indent}:` : `${indent}${name}:`;
      return `${head}${isBlock(one) ? `\n${yaml(one, `${indent}  `)}` : ` ${scalar(one)}`}`;
    })
    .join('');
}

const isBlock = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Object.keys(value).length > 0;

const scalar = (value: unknown): string =>
  value !== null && typeof value === 'object' ? `${Array.isArray(value) ? '[]' : '{}'}\n` : yaml(value, '');
