/** Where the table's partitions lie, as the Glue catalogue tells through Athena: free, and no query is started. */
import { awsClientConfig } from '../aws-config.ts';
import { awsError } from '../aws-error.ts';
import type { Leaf } from '../s3/discover.ts';
import type { AthenaOptions } from './client.ts';

export interface Partitions {
  readonly bucket: string;
  /** One account x region folder each, below which the days lie. */
  readonly leaves: readonly Leaf[];
  /** First day the table has a partition for, `YYYY-MM-DD`. */
  readonly firstDay: string;
}

export type TableAnswer =
  | ({ readonly kind: 'known' } & Partitions)
  | { readonly kind: 'unknown'; readonly reason: string };

const NAMES = { catalog: 'AwsDataCatalog', database: 'default' };
const TEMPLATE = /^s3:\/\/([^/]+)\/(.*)\$\{day\}\/?$/;
const RANGE = /^(\d{4})\/(\d\d)\/(\d\d),NOW$/;

/**
 * Asks for the table's projected partitions; `account` undefined: all accounts. `table` is as `tableName()` quotes it. Never
 * throws but when aborted: what cannot be known has a reason. https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
 */
export async function readPartitions(
  options: AthenaOptions,
  table: string,
  account: string | undefined,
  signal?: AbortSignal,
): Promise<TableAnswer> {
  const parts = table.split('.').map((part) => part.slice(1, -1));
  const [
    name = '',
    database = options.database ?? NAMES.database,
    catalog = options.catalog ?? NAMES.catalog,
  ] = parts.reverse();
  const sdk = await import('@aws-sdk/client-athena');
  const client = new sdk.AthenaClient(await awsClientConfig(options.aws));
  try {
    const answer = await client.send(
      new sdk.GetTableMetadataCommand({ CatalogName: catalog, DatabaseName: database, TableName: name }),
      signal ? { abortSignal: signal } : {},
    );
    return partitionsOf(new Map(Object.entries(answer.TableMetadata?.Parameters ?? {})), account);
  } catch (error) {
    signal?.throwIfAborted();
    return unknown(
      awsError(error, `ask for the place of table \`${name}\``, 'athena:GetTableMetadata').message,
    );
  } finally {
    client.destroy();
  }
}

/** From the table's properties to its folders: those that queries/create-table.sql gives it. */
export function partitionsOf(
  properties: ReadonlyMap<string, string>,
  account: string | undefined,
): TableAnswer {
  if (properties.get('projection.enabled') !== 'true')
    return unknown('the table has no partition projection, so which folders are partitions is not known');
  const [, bucket, folder] = TEMPLATE.exec(properties.get('storage.location.template') ?? '') ?? [];
  if (bucket === undefined || !folder?.includes('${account}') || !folder.includes('${region}'))
    return unknown(
      'the table has no `storage.location.template` that ends in `${day}` below `${account}` and `${region}`',
    );
  const listed = (key: string): readonly string[] =>
    properties.get(`projection.${key}.type`) === 'enum'
      ? (properties.get(`projection.${key}.values`) ?? '').split(',').filter((value) => value !== '')
      : [];
  const [accounts, regions] = [listed('account'), listed('region')];
  const [, ...first] = RANGE.exec(properties.get('projection.day.range') ?? '') ?? [];
  if (accounts.length === 0 || regions.length === 0 || first.length === 0)
    return unknown('the table does not list accounts, regions and days as `gen-policy athena init` does');
  const leaves = accounts
    .filter((accountId) => account === undefined || accountId === account)
    .flatMap((accountId) =>
      regions.map((region) => ({
        accountId,
        region,
        prefix: folder.replaceAll('${account}', accountId).replaceAll('${region}', region),
      })),
    );
  return { kind: 'known', bucket, leaves, firstDay: first.join('-') };
}

const unknown = (reason: string): TableAnswer => ({ kind: 'unknown', reason });
