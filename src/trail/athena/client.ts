/** Runs one query in Athena: start, wait with back-off, stream the result file. Reads only; cancels what it leaves. */
import type { AthenaClient, QueryExecution } from '@aws-sdk/client-athena';
import { EvidenceError, RunError, UsageError } from '../../errors.ts';
import { type AwsOptions, awsClientConfig } from '../aws-config.ts';
import { awsError, awsErrorCode, oneLine } from '../aws-error.ts';
import { readCsv } from './csv.ts';
import { endError } from './reasons.ts';
import type { Row } from './rows.ts';

export interface AthenaOptions {
  readonly aws: AwsOptions;
  readonly workgroup?: string;
  readonly catalog?: string;
  readonly database?: string;
  /** `s3://bucket/folder/`; undefined: the workgroup's own. */
  readonly output?: string;
  /** Minutes for which Athena may answer from an earlier result of the same query; 0: never. */
  readonly reuseMinutes?: number;
  /** A query that has scanned more than this is stopped. */
  readonly maxBytes?: number;
  /** First pause between two looks at a query, milliseconds. */
  readonly pause?: number;
}

export interface QueryResult {
  readonly rows: AsyncIterable<Row>;
  readonly bytesScanned: number;
  readonly reused: boolean;
}

const LONGEST_PAUSE = 5_000;

/** Runs a query to its end. Throws an AccessError, EvidenceError or RunError with Athena's own reason. */
export async function runQuery(
  options: AthenaOptions,
  sql: string,
  parameters: readonly string[],
  signal?: AbortSignal,
): Promise<QueryResult> {
  const sdk = await import('@aws-sdk/client-athena');
  const client = new sdk.AthenaClient(await awsClientConfig(options.aws));
  const reuse = options.reuseMinutes ?? 0;
  let id: string;
  try {
    const started = await client.send(
      new sdk.StartQueryExecutionCommand({
        QueryString: sql,
        ...(parameters.length > 0 && { ExecutionParameters: [...parameters] }),
        ...(options.workgroup !== undefined && { WorkGroup: options.workgroup }),
        QueryExecutionContext: {
          ...(options.database !== undefined && { Database: options.database }),
          ...(options.catalog !== undefined && { Catalog: options.catalog }),
        },
        ...(options.output !== undefined && { ResultConfiguration: { OutputLocation: options.output } }),
        ...(reuse > 0 && {
          ResultReuseConfiguration: {
            ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: reuse },
          },
        }),
      }),
      signal ? { abortSignal: signal } : {},
    );
    id = started.QueryExecutionId ?? '';
  } catch (error) {
    throw startError(error, options);
  }
  try {
    const done = await waitFor(client, sdk, id, options, signal);
    const statistics = done.Statistics;
    return {
      rows: readRows(options, done, signal),
      bytesScanned: statistics?.DataScannedInBytes ?? 0,
      reused: statistics?.ResultReuseInformation?.ReusedPreviousResult === true,
    };
  } catch (error) {
    // A query nobody waits for would go on costing money.
    if (!(error instanceof QueryEnded))
      await client.send(new sdk.StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
    throw error instanceof QueryEnded ? error.meaning : error;
  }
}

/** The query has come to its end without a result: nothing is left to stop. */
class QueryEnded extends Error {
  readonly meaning: Error;
  constructor(meaning: Error) {
    super(meaning.message);
    this.meaning = meaning;
  }
}

function startError(error: unknown, { workgroup }: AthenaOptions): Error {
  const code = awsErrorCode(error);
  if (code === 'InvalidRequestException')
    return new UsageError(
      `athena does not take the query: ${oneLine(error)}; check \`--workgroup\`, \`--database\`, \`--table\` and \`--output-location\``,
    );
  if (code === 'TooManyRequestsException')
    return new RunError(
      `athena has too many queries running or waiting (\`${code}\`): wait, or use another \`--workgroup\``,
    );
  return awsError(
    error,
    `start a query in workgroup \`${workgroup ?? 'primary'}\``,
    'athena:StartQueryExecution',
  );
}

async function waitFor(
  client: AthenaClient,
  sdk: typeof import('@aws-sdk/client-athena'),
  id: string,
  { pause: first = 200, maxBytes }: AthenaOptions,
  signal: AbortSignal | undefined,
): Promise<QueryExecution> {
  for (let pause = first; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    const { QueryExecution: execution } = await client
      .send(new sdk.GetQueryExecutionCommand({ QueryExecutionId: id }), signal ? { abortSignal: signal } : {})
      .catch((error: unknown) => {
        if (signal?.aborted) throw signal.reason;
        throw awsError(error, `ask for query \`${id}\``, 'athena:GetQueryExecution');
      });
    const state = execution?.Status?.State;
    if (state === 'FAILED' || state === 'CANCELLED') throw new QueryEnded(endError(execution!));
    const scanned = execution?.Statistics?.DataScannedInBytes ?? 0;
    const reused = execution?.Statistics?.ResultReuseInformation?.ReusedPreviousResult === true;
    if (maxBytes !== undefined && scanned > maxBytes && !reused)
      throw new EvidenceError(
        `athena query \`${id}\` was stopped: it had scanned ${scanned.toLocaleString('en-US')} bytes, more than \`--max-bytes ${maxBytes}\`; shorten the window or raise the limit`,
      );
    if (state === 'SUCCEEDED') return execution!;
    // Something between us and AWS answers: asking it again would never end.
    if (state !== 'QUEUED' && state !== 'RUNNING')
      throw new RunError(`athena names no state of query \`${id}\`: check \`--endpoint-url\` and proxies`);
    await sleep(pause, signal);
  }
}

const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });

/** The result file as a stream: GetQueryResults gives a thousand rows a call, the file gives all of them. */
async function* readRows(
  options: AthenaOptions,
  execution: QueryExecution,
  signal: AbortSignal | undefined,
): AsyncGenerator<Row> {
  const location = /^s3:\/\/([^/]+)\/(.+)$/.exec(execution.ResultConfiguration?.OutputLocation ?? '');
  if (!location)
    throw new RunError(
      `athena names no result file for query \`${execution.QueryExecutionId}\`: set \`--output-location\``,
    );
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    ...(await awsClientConfig(options.aws)),
    ...(options.aws.endpointUrl !== undefined && { forcePathStyle: true }),
  });
  const answer = await client
    .send(
      new GetObjectCommand({ Bucket: location[1]!, Key: location[2]! }),
      signal ? { abortSignal: signal } : {},
    )
    .catch((error: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw awsError(error, `read the result \`${location[0]}\``, 's3:GetObject');
    });
  const body = answer.Body as AsyncIterable<Uint8Array> | undefined;
  if (!body) throw new RunError(`the result \`${location[0]}\` is empty`);
  let header: readonly (string | null)[] | undefined;
  for await (const row of readCsv(decoded(body, location[0]))) {
    if (!header) header = row;
    else yield new Map(header.map((name, index) => [name ?? '', row[index] ?? null]));
  }
}

async function* decoded(body: AsyncIterable<Uint8Array>, location: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const chunks = body[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<Uint8Array>> =>
    chunks.next().catch((error: unknown) => {
      throw new RunError(
        `the result \`${location}\` broke off (${oneLine(error)}): run again, with \`--reuse-minutes\` at no further cost`,
      );
    });
  try {
    for (let one = await next(); !one.done; one = await next())
      yield decoder.decode(one.value, { stream: true });
    yield decoder.decode();
  } finally {
    await chunks.return?.();
  }
}
