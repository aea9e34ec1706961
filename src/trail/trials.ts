/** The calls of `trail/` that can be tried at no harm: each reads one thing, or asks for one that is not there. */
import { NO_ID, NOBODY, type Trials } from './attempt.ts';
import type { AwsClientConfig } from './aws-config.ts';

export interface TrailTrialOptions {
  readonly config: AwsClientConfig;
  /** Name or ARN of a trail to ask about. */
  readonly trail?: string;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

export async function cloudTrailTrials(options: TrailTrialOptions): Promise<Trials> {
  const sdk = await import('@aws-sdk/client-cloudtrail');
  const client = new sdk.CloudTrailClient(options.config);
  const send = options.signal ? { abortSignal: options.signal } : {};
  const trail = options.trail ?? NOBODY;
  const day = { StartTime: new Date(options.now - 86_400_000), EndTime: new Date(options.now) };
  return {
    'cloudtrail:DescribeTrails': () => client.send(new sdk.DescribeTrailsCommand({}), send),
    'cloudtrail:GetEventSelectors': () =>
      client.send(new sdk.GetEventSelectorsCommand({ TrailName: trail }), send),
    'cloudtrail:GetTrailStatus': () => client.send(new sdk.GetTrailStatusCommand({ Name: trail }), send),
    'cloudtrail:ListPublicKeys': () => client.send(new sdk.ListPublicKeysCommand(day), send),
    'cloudtrail:ListTrails': () => client.send(new sdk.ListTrailsCommand({}), send),
    'cloudtrail:LookupEvents': () => client.send(new sdk.LookupEventsCommand({ MaxResults: 1 }), send),
  };
}

/** No query is started, for that costs money: only questions about one that does not exist. */
export async function athenaTrials({ config, signal }: TrailTrialOptions): Promise<Trials> {
  const sdk = await import('@aws-sdk/client-athena');
  const client = new sdk.AthenaClient(config);
  const send = signal ? { abortSignal: signal } : {};
  const query = { QueryExecutionId: NO_ID };
  return {
    'athena:GetQueryExecution': () => client.send(new sdk.GetQueryExecutionCommand(query), send),
    'athena:GetTableMetadata': () =>
      client.send(
        new sdk.GetTableMetadataCommand({
          CatalogName: 'AwsDataCatalog',
          DatabaseName: 'default',
          TableName: 'gen_policy_doctor_asks',
        }),
        send,
      ),
    'athena:StopQueryExecution': () => client.send(new sdk.StopQueryExecutionCommand(query), send),
  };
}
