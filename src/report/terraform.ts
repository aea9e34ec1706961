/**
 * Terraform: the new policies, their attachments, and what to do with what is attached now.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy
 */
import type { JsonStatement, Plan, PlanPolicy, PolicyChange } from '../plan/plan.ts';
import { type DeployedPolicy, deployed } from './deployed.ts';
import { hclNames, hclString } from './escape/hcl.ts';
import { shellWord } from './escape/shell.ts';
import { visible } from './escape/visible.ts';
import { hclLines, hclValue } from './hcl.ts';
import { principalText, windowText } from './view.ts';

export interface TerraformOptions {
  /** `document`: `data "aws_iam_policy_document"` instead of `jsonencode`. */
  readonly style?: 'jsonencode' | 'document';
}

/** One file for `terraform plan`, already in the form `terraform fmt` gives. */
export function renderTerraform(plan: Plan, options: TerraformOptions = {}): string {
  const policies = deployed(plan);
  const names = hclNames(policies.map((one) => one.name));
  const blocks = [
    comment([
      `Written by gen-policy ${plan.tool.version} for ${principalText(plan)} (${plan.principal.arn}), ${windowText(plan)}.`,
      plan.evidence.statement,
    ]),
    ...policies.flatMap((policy, index) =>
      policyBlocks(plan, policy, names[index]!, options.style ?? 'jsonencode'),
    ),
    ...plan.changes.flatMap((change) => hints(plan, change)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const comment = (lines: readonly string[]): string =>
  lines.map((line) => `# ${visible(line)}`.trimEnd()).join('\n');

const block = (head: string, body: string): string => `${head} {\n${body}}`;

function policyBlocks(
  plan: Plan,
  policy: DeployedPolicy,
  name: string,
  style: 'jsonencode' | 'document',
): readonly string[] {
  const { principal } = plan;
  const asData = style === 'document' && !policyText(policy).includes('&{');
  const body = asData
    ? `data.aws_iam_policy_document.${name}.json`
    : `jsonencode(${hclValue(policy.document, '  ')})`;
  const path = policy.path === '/' ? [] : [['path', hclString(policy.path)] as const];
  const blocks = [
    block(
      `resource "aws_iam_policy" "${name}"`,
      hclLines([['name', hclString(policy.name)], ...path, ['policy', body]], '  '),
    ),
    block(
      `resource "aws_iam_${principal.kind}_policy_attachment" "${name}"`,
      hclLines(
        [
          [principal.kind, hclString(principal.name)],
          ['policy_arn', `aws_iam_policy.${name}.arn`],
        ],
        '  ',
      ),
    ),
  ];
  if (asData) blocks.unshift(dataBlock(policy, name));
  else if (style === 'document')
    blocks.unshift(
      // The provider turns `&{` into `${` inside aws_iam_policy_document and has no escape for it.
      comment([
        'A name in this policy holds the characters that aws_iam_policy_document would turn into a variable.',
      ]),
    );
  if (policyText(policy) !== policyText(policy).normalize('NFC'))
    blocks.unshift(
      // Terraform normalises every string, so the policy would name another resource.
      comment([
        'A name in this policy is not in Unicode NFC and Terraform will change it: use --format policy.',
      ]),
    );
  if (policy.existingArn !== undefined)
    blocks.unshift(
      block(
        'import',
        hclLines(
          [
            ['to', `aws_iam_policy.${name}`],
            ['id', hclString(policy.existingArn)],
          ],
          '  ',
        ),
      ),
      block(
        'import',
        hclLines(
          [
            ['to', `aws_iam_${principal.kind}_policy_attachment.${name}`],
            ['id', hclString(`${principal.name}/${policy.existingArn}`)],
          ],
          '  ',
        ),
      ),
    );
  return blocks;
}

const policyText = (policy: PlanPolicy): string => JSON.stringify(policy.document);

function dataBlock(policy: PlanPolicy, name: string): string {
  const { Version, Id, Statement } = policy.document;
  const head = [
    ...(Version === undefined ? [] : [['version', hclString(Version)] as const]),
    ...(Id === undefined ? [] : [['policy_id', hclString(Id)] as const]),
  ];
  const parts = [...(head.length > 0 ? [hclLines(head, '  ')] : []), ...Statement.map(statementBlock)];
  return block(`data "aws_iam_policy_document" "${name}"`, parts.join('\n'));
}

const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(String);

function statementBlock(statement: JsonStatement): string {
  const members = (
    [
      ['sid', statement.Sid],
      ['effect', statement.Effect],
      ['actions', statement.Action],
      ['not_actions', statement.NotAction],
      ['resources', statement.Resource],
      ['not_resources', statement.NotResource],
    ] as const
  ).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          [
            name,
            name === 'sid' || name === 'effect' ? hclString(String(value)) : hclValue(list(value), '    '),
          ] as const,
        ],
  );
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([test, keys]) =>
    Object.entries(keys).map(
      ([variable, values]) =>
        `\n${block(
          '    condition',
          hclLines(
            [
              ['test', hclString(test)],
              ['variable', hclString(variable)],
              ['values', hclValue(list(values), '      ')],
            ],
            '      ',
          ),
        ).replace(/\}$/, '    }')}\n`,
    ),
  );
  return `  statement {\n${hclLines(members, '    ')}${conditions.join('')}  }\n`;
}

/** What Terraform cannot know: how the attached policies came to be. As comments, for a person to pick from. */
function hints(plan: Plan, change: PolicyChange): readonly string[] {
  const { kind, name } = plan.principal;
  const say = `${change.change} ${change.policy}: ${change.reason}`;
  switch (change.change) {
    case 'detach':
    case 'replace':
      if (change.change === 'replace' && change.source !== 'aws-managed') return [comment([say])];
      return [
        comment([
          say,
          `In Terraform: delete its aws_iam_${kind}_policy_attachment block. Attached by other hands: import it first, then delete it:`,
          `  terraform import aws_iam_${kind}_policy_attachment.NAME ${shellWord(`${name}/${change.arn ?? change.policy}`)}`,
          'Or let Terraform forget the attachment without touching it:',
          '  removed {',
          `    from = aws_iam_${kind}_policy_attachment.NAME`,
          '    lifecycle {',
          '      destroy = false',
          '    }',
          '  }',
        ]),
      ];
    case 'delete-inline':
      return [
        comment([
          say,
          `In Terraform: delete its aws_iam_${kind}_policy block. Written by other hands: import it first, then delete it:`,
          `  terraform import aws_iam_${kind}_policy.NAME ${shellWord(`${name}:${change.policy}`)}`,
        ]),
      ];
    case 'leave-group':
      return [
        comment([
          say,
          `In Terraform: take the user out of the aws_iam_group_membership or aws_iam_user_group_membership block of group ${change.group ?? ''}.`,
        ]),
      ];
    case 'keep':
    case 'leave-shared':
      return [comment([say])];
    case 'create':
      return [];
  }
}
