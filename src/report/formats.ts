/** Every form a plan can take. One row a format; `generate`, `render` and the docs read this table and nothing else. */
import type { Plan } from '../plan/plan.ts';
import { renderCdk } from './cdk.ts';
import { renderCloudFormationJson, renderCloudFormationYaml } from './cloudformation.ts';
import { renderComment } from './comment.ts';
import { renderCsv } from './csv.ts';
import { renderSemantic } from './diff/semantic-text.ts';
import { renderUnified } from './diff/unified.ts';
import { renderHtml } from './html/page.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import type { OutputFile } from './output-file.ts';
import { policyFiles } from './policy.ts';
import { rollbackFiles } from './rollback.ts';
import { renderSarif } from './sarif.ts';
import { renderTerminal } from './terminal.ts';
import { renderTerraform } from './terraform.ts';
import { renderVault } from './vault.ts';

export interface RenderOptions {
  readonly colour: boolean;
  readonly width: number;
  /** Path of a policy file in the repository for SARIF; `{policy}` stands for the policy's name. */
  readonly policyPath?: string;
}

export interface Format {
  /** One line for --help. */
  readonly about: string;
  /** The files of this format; none where the plan holds nothing for it. */
  readonly files: (plan: Plan, options: RenderOptions) => readonly OutputFile[];
}

const one =
  (name: string, render: (plan: Plan, options: RenderOptions) => string): Format['files'] =>
  (plan, options) => [{ name, text: render(plan, options) }];

export const FORMATS = {
  summary: { about: 'what a person reads first, for a terminal', files: one('summary.txt', renderTerminal) },
  json: {
    about: 'result.json, from which every other format is rendered',
    files: one('result.json', renderJson),
  },
  policy: { about: 'the tightened policy documents', files: policyFiles },
  rollback: { about: 'the old documents and the commands that restore them', files: rollbackFiles },
  markdown: { about: 'the removal report in full', files: one('report.md', renderMarkdown) },
  comment: {
    about: 'a pull-request comment below 65,536 characters',
    files: one('comment.md', renderComment),
  },
  html: { about: 'the report as one page that opens offline', files: one('report.html', renderHtml) },
  diff: { about: 'unified diff of the policy documents', files: one('policy.diff', renderUnified) },
  changes: { about: 'what becomes of each statement, and why', files: one('changes.txt', renderSemantic) },
  csv: { about: 'one row a finding, with columns for the decision', files: one('findings.csv', renderCsv) },
  sarif: { about: 'SARIF 2.1.0 for code scanning', files: one('findings.sarif', renderSarif) },
  terraform: { about: 'Terraform resources', files: one('policy.tf', (plan) => renderTerraform(plan)) },
  'terraform-document': {
    about: 'Terraform with aws_iam_policy_document',
    files: one('policy-document.tf', (plan) => renderTerraform(plan, { style: 'document' })),
  },
  cloudformation: {
    about: 'CloudFormation template, YAML',
    files: one('template.yaml', renderCloudFormationYaml),
  },
  'cloudformation-json': {
    about: 'CloudFormation template, JSON',
    files: one('template.json', renderCloudFormationJson),
  },
  cdk: { about: 'CDK construct in TypeScript', files: one('tightened-policies.ts', renderCdk) },
  vault: { about: "role of Vault's AWS secrets engine", files: one('vault-role.json', renderVault) },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** True for the name of a format; own names only. */
export const isFormatName = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
