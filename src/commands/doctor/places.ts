/** ARNs for the resources of gen-policy's own policies: as placeholders, as known of a setup, and as Terraform variables. */
import type { PlaceKind } from './needs.ts';

/** What is known of a setup; what is not stays a placeholder in capitals, which no policy with it would match. */
export interface Known {
  readonly partition?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly trailBucket?: string;
  /** What stands before `AWSLogs/`, with its closing slash; '' for nothing. */
  readonly trailPrefix?: string;
  readonly trailKey?: string;
  /** ARNs of the principal that is looked at. */
  readonly principals?: readonly string[];
  readonly workgroup?: string;
  /** Athena's name of the data catalog. */
  readonly catalog?: string;
  readonly database?: string;
  readonly table?: string;
  readonly resultsBucket?: string;
  readonly resultsPrefix?: string;
  readonly readingRole?: string;
}

/** The ARNs a statement names, in order. */
export function arnsOf(kind: PlaceKind, known: Known): readonly string[] {
  const aws = known.partition ?? 'aws';
  const here = `${known.region ?? 'REGION'}:${known.accountId ?? 'ACCOUNT'}`;
  const trail = known.trailBucket ?? 'TRAIL-BUCKET';
  const results = known.resultsBucket ?? 'RESULTS-BUCKET';
  const database = known.database ?? 'DATABASE';
  switch (kind) {
    case 'any':
      return ['*'];
    case 'principal':
      return known.principals ?? ['*'];
    case 'trail-bucket':
      return [`arn:${aws}:s3:::${trail}`];
    case 'trail-objects':
      return [`arn:${aws}:s3:::${trail}/${known.trailPrefix ?? '*'}AWSLogs/*`];
    case 'trail-key':
      return [known.trailKey ?? `arn:${aws}:kms:${here}:key/TRAIL-KEY`];
    case 'workgroup':
      return [`arn:${aws}:athena:${here}:workgroup/${known.workgroup ?? 'WORKGROUP'}`];
    case 'data-catalog':
      return [`arn:${aws}:athena:${here}:datacatalog/${known.catalog ?? 'AwsDataCatalog'}`];
    case 'table':
      return [
        ...new Set(['catalog', 'database/default', `database/${database}`]),
        `table/${database}/${known.table ?? 'TABLE'}`,
      ].map((one) => `arn:${aws}:glue:${here}:${one}`);
    case 'results-bucket':
      return [`arn:${aws}:s3:::${results}`];
    case 'results-objects':
      return [`arn:${aws}:s3:::${results}/${known.resultsPrefix ?? ''}*`];
    case 'reading-role':
      return [known.readingRole ?? `arn:${aws}:iam::${known.accountId ?? 'ACCOUNT'}:role/READING-ROLE`];
  }
}

const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'ACCOUNT',
  'DATABASE',
  'READING-ROLE',
  'REGION',
  'RESULTS-BUCKET',
  'TABLE',
  'TRAIL-BUCKET',
  'TRAIL-KEY',
  'WORKGROUP',
]);

/** Placeholders that ARNs of `arnsOf` still hold, sorted. */
export const placeholders = (arns: readonly string[]): readonly string[] =>
  [...new Set(arns.flatMap((arn) => arn.split(/[:/]/).filter((one) => PLACEHOLDERS.has(one))))].sort();

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** HCL text; undefined: must be given. */
  readonly default?: string;
}

const variable = (name: string, description: string, fallback?: string): Variable => ({
  name,
  type: 'string',
  description,
  ...(fallback === undefined ? {} : { default: fallback }),
});
const PARTITION = variable('partition', 'AWS partition: aws, aws-cn or aws-us-gov.', '"aws"');
const BUCKET = variable('trail_bucket', "Name of the trail's bucket.");
const RESULTS = variable('results_bucket', 'Name of the bucket for the results of queries.');
const HERE = [variable('region', 'AWS region.'), variable('account_id', 'AWS account id.')];

/** Variables of a module, and the HCL list of ARNs made of them. An empty list leaves the statement out. */
export function hclPlace(kind: PlaceKind): { readonly variables: readonly Variable[]; readonly hcl: string } {
  const one = (text: string): string => `["${text}"]`;
  switch (kind) {
    case 'any':
      return { variables: [], hcl: one('*') };
    case 'principal':
      return {
        variables: [
          {
            name: 'principal_arns',
            type: 'list(string)',
            description: 'ARNs of the roles and users to look at.',
            default: '["*"]',
          },
        ],
        hcl: 'var.principal_arns',
      };
    case 'trail-bucket':
      return { variables: [PARTITION, BUCKET], hcl: one('arn:${var.partition}:s3:::${var.trail_bucket}') };
    case 'trail-objects':
      return {
        variables: [
          PARTITION,
          BUCKET,
          variable('trail_prefix', 'What stands before AWSLogs/ in the keys, with its slash.', '""'),
        ],
        hcl: one('arn:${var.partition}:s3:::${var.trail_bucket}/${var.trail_prefix}AWSLogs/*'),
      };
    case 'trail-key':
      return {
        variables: [
          {
            name: 'trail_key_arns',
            type: 'list(string)',
            description: 'ARNs of the KMS keys of the trail; none where it has none.',
            default: '[]',
          },
        ],
        hcl: 'var.trail_key_arns',
      };
    case 'workgroup':
      return {
        variables: [PARTITION, ...HERE, variable('workgroup', 'Athena workgroup.', '"primary"')],
        hcl: one('arn:${var.partition}:athena:${var.region}:${var.account_id}:workgroup/${var.workgroup}'),
      };
    case 'data-catalog':
      return {
        variables: [
          PARTITION,
          ...HERE,
          variable('catalog', 'Data catalog of the table.', '"AwsDataCatalog"'),
        ],
        hcl: one('arn:${var.partition}:athena:${var.region}:${var.account_id}:datacatalog/${var.catalog}'),
      };
    case 'table':
      return {
        variables: [
          PARTITION,
          ...HERE,
          variable('database', 'Database of the table.', '"default"'),
          variable('table', 'Table over the logs.', '"cloudtrail_logs"'),
        ],
        hcl: '[for one in distinct(["catalog", "database/default", "database/${var.database}", "table/${var.database}/${var.table}"]) : "arn:${var.partition}:glue:${var.region}:${var.account_id}:${one}"]',
      };
    case 'results-bucket':
      return {
        variables: [PARTITION, RESULTS],
        hcl: one('arn:${var.partition}:s3:::${var.results_bucket}'),
      };
    case 'results-objects':
      return {
        variables: [PARTITION, RESULTS, variable('results_prefix', 'Folder for results in it.', '""')],
        hcl: one('arn:${var.partition}:s3:::${var.results_bucket}/${var.results_prefix}*'),
      };
    case 'reading-role':
      return {
        variables: [
          {
            name: 'reading_role_arns',
            type: 'list(string)',
            description: 'ARNs of the roles to take on.',
          },
        ],
        hcl: 'var.reading_role_arns',
      };
  }
}
