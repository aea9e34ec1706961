/** Policies for running gen-policy itself: JSON documents, Terraform for one setup, and the shipped Terraform modules. */
import { prettyJson } from '../../report/escape/json.ts';
import { hclLines, hclValue } from '../../report/hcl.ts';
import { actionsOf, type Part } from './needs.ts';
import { arnsOf, hclPlace, type Known, placeholders, type Variable } from './places.ts';

export interface OwnPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[] | string;
  }[];
}

/** One statement a part. What is not known of the setup stays a placeholder in capitals. */
export function ownPolicy(parts: readonly Part[], known: Known): OwnPolicy {
  return {
    Version: '2012-10-17',
    Statement: parts.map((part) => {
      const arns = arnsOf(part.resource, known);
      return {
        Sid: part.sid,
        Effect: 'Allow',
        Action: actionsOf(part),
        Resource: arns.length === 1 ? arns[0]! : arns,
      };
    }),
  };
}

/** Placeholders that are left in a policy, sorted. */
export const placeholdersIn = (policy: OwnPolicy): readonly string[] =>
  placeholders(policy.Statement.flatMap(({ Resource }) => [Resource].flat()));

export const policyJson = (policy: OwnPolicy): string => `${prettyJson(policy)}\n`;

/** A resource to put into a Terraform configuration, as `terraform fmt` writes it. */
export const policyTerraform = (policy: OwnPolicy): string =>
  `resource "aws_iam_policy" "gen_policy" {\n${hclLines(
    [
      ['name', '"gen-policy-reader"'],
      ['policy', `jsonencode(${hclValue(policy, '  ')})`],
    ],
    '  ',
  )}}\n`;

/**
 * A module of shipped parts: variables in, the document out as `json`. It needs no provider, so it can be tried anywhere;
 * a statement without resources is left out.
 */
export function moduleTerraform(module: string, parts: readonly Part[]): string {
  const variables = new Map<string, Variable>();
  for (const part of parts) for (const one of hclPlace(part.resource).variables) variables.set(one.name, one);
  const blocks = [...variables.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      (one) =>
        `variable "${one.name}" {\n${hclLines(
          [
            ['description', `"${one.description}"`],
            ['type', one.type],
            ...(one.default === undefined ? [] : [['default', one.default] as const]),
          ],
          '  ',
        )}}`,
    );
  const statements = parts.map((part) => {
    const members = hclLines(
      [
        ['Sid', `"${part.sid}"`],
        ['Effect', '"Allow"'],
        ['Action', hclValue(actionsOf(part), '        ')],
        ['Resource', hclPlace(part.resource).hcl],
      ],
      '        ',
    );
    return `      # To ${part.purpose}.\n      {\n${members}      },\n`;
  });
  const body = [
    '  value = jsonencode({',
    '    Version = "2012-10-17"',
    `    Statement = [for one in [\n${statements.join('')}    ] : one if length(one.Resource) > 0]`,
    '  })',
  ].join('\n');
  return [
    `# What gen-policy needs of \`${module}\`. Made from src/commands/doctor/data by \`npm run policies\`.`,
    ...blocks,
    `output "json" {\n  description = "Policy document."\n${body}\n}`,
  ]
    .join('\n\n')
    .concat('\n');
}
