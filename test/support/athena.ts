/**
 * The part of Athena's API that the SDK calls, over any engine: StartQueryExecution runs the SQL as it came (parameters with
 * EXECUTE IMMEDIATE), the result file is CSV as Athena writes it, and S3 gives it back. Faults can be put in.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Engine {
  query(
    sql: string,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }>;
}

type Operation = 'StartQueryExecution' | 'GetQueryExecution' | 'StopQueryExecution' | 'GetTableMetadata';
type S3Operation = 'GetObject' | 'ListObjects';

export interface AthenaFaults {
  /** Error codes with which an operation answers, one a call; the last one for ever where `always`. */
  readonly refuse: Partial<
    Record<Operation | S3Operation, { code: string; times?: number; status?: number }>
  >;
  /** End state of the query with a reason. */
  end?: { readonly state: 'FAILED' | 'CANCELLED'; readonly reason: string };
  /** Keeps the query running for ever. */
  hang?: boolean;
  /** What a query says to have scanned, while it runs and when it has ended. */
  scanned?: number;
  /** Bytes of a result file after which the connection breaks. */
  cut?: number;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export interface AthenaServer {
  readonly url: string;
  readonly faults: AthenaFaults;
  /** Names of the operations called, in order, and what they were called with. */
  readonly calls: string[];
  readonly inputs: Readonly<Record<string, unknown>>[];
  /** What GetTableMetadata tells: the table's properties by name. */
  readonly tables: Map<string, Readonly<Record<string, string>>>;
  /** What ListObjectsV2 tells, by bucket. */
  readonly buckets: Map<string, readonly StoredObject[]>;
  /** The result files so far, in order of their queries. */
  results(): readonly string[];
  stop(): Promise<void>;
}

interface Execution {
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason?: string;
  csv: string;
  reused: boolean;
}
interface StartInput {
  readonly QueryString: string;
  readonly ExecutionParameters?: readonly string[];
  readonly ResultReuseConfiguration?: {
    readonly ResultReuseByAgeConfiguration?: { readonly Enabled?: boolean };
  };
}

export async function startAthena(engine: Engine): Promise<AthenaServer> {
  const faults: AthenaFaults = { refuse: {} };
  const calls: string[] = [];
  const inputs: Record<string, unknown>[] = [];
  const executions = new Map<string, Execution>();
  const known = new Map<string, Execution>();
  const tables: AthenaServer['tables'] = new Map();
  const buckets: AthenaServer['buckets'] = new Map();

  const start = (input: StartInput): string => {
    const id = `00000000-0000-4000-8000-${String(executions.size).padStart(12, '0')}`;
    const parameters = input.ExecutionParameters ?? [];
    const question = JSON.stringify([input.QueryString, parameters]);
    const earlier = known.get(question);
    if (earlier && input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration?.Enabled) {
      executions.set(id, { ...earlier, reused: true });
      return id;
    }
    const execution: Execution = { state: 'RUNNING', csv: '', reused: false };
    executions.set(id, execution);
    if (faults.hang) return id;
    if (faults.end) Object.assign(execution, faults.end);
    else {
      const text = input.QueryString.replaceAll("'", "''");
      const sql =
        parameters.length > 0
          ? `EXECUTE IMMEDIATE '${text}' USING ${parameters.join(', ')}`
          : input.QueryString;
      engine.query(sql).then(
        ({ columns, rows }) => {
          Object.assign(execution, { state: 'SUCCEEDED', csv: csvOf(columns, rows) });
          known.set(question, execution);
        },
        (error: Error) => Object.assign(execution, { state: 'FAILED', reason: error.message }),
      );
    }
    return id;
  };

  const operations: Record<Operation, (input: never) => object> = {
    StartQueryExecution: (input) => ({ QueryExecutionId: start(input) }),
    GetQueryExecution: ({ QueryExecutionId: id }: { QueryExecutionId: string }) => {
      const { state, reason, csv, reused } = executions.get(id)!;
      return {
        QueryExecution: {
          QueryExecutionId: id,
          Status: { State: state, ...(reason ? { StateChangeReason: reason } : {}) },
          Statistics: {
            DataScannedInBytes: reused ? 0 : (faults.scanned ?? csv.length),
            ResultReuseInformation: { ReusedPreviousResult: reused },
          },
          ResultConfiguration: { OutputLocation: `s3://results/${id}.csv` },
        },
      };
    },
    StopQueryExecution: ({ QueryExecutionId: id }: { QueryExecutionId: string }) => {
      executions.get(id)!.state = 'CANCELLED';
      return {};
    },
    GetTableMetadata: ({ TableName: name }: { TableName: string }) => ({
      TableMetadata: { Name: name, TableType: 'EXTERNAL_TABLE', Parameters: tables.get(name) ?? {} },
    }),
  };

  /** Whether the call is to be refused; counts down. */
  const refused = (name: Operation | S3Operation): { code: string; status?: number } | undefined => {
    const fault = faults.refuse[name];
    if (!fault || fault.times === 0) return undefined;
    if (fault.times !== undefined) fault.times--;
    return fault;
  };

  const answerS3 = (url: URL, response: ServerResponse): void => {
    const name = url.searchParams.has('list-type') ? 'ListObjects' : 'GetObject';
    calls.push(name);
    const fault = refused(name);
    if (fault) {
      response.statusCode = fault.status ?? 403;
      response.end(`<Error><Code>${fault.code}</Code><Message>refused for the test</Message></Error>`);
      return;
    }
    if (name === 'ListObjects') return void response.end(listing(url, buckets));
    const csv = Buffer.from(executions.get(/([^/]+)\.csv$/.exec(url.pathname)![1]!)?.csv ?? '');
    response.setHeader('content-length', csv.length);
    if (faults.cut === undefined) return void response.end(csv);
    response.write(csv.subarray(0, faults.cut), () => response.destroy());
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const target = request.headers['x-amz-target'];
      if (target === undefined) return answerS3(new URL(request.url ?? '/', 'http://localhost'), response);
      const name = String(target).replace('AmazonAthena.', '') as Operation;
      const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      calls.push(name);
      inputs.push(input);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      const fault = refused(name);
      if (fault) response.statusCode = fault.status ?? 400;
      response.end(
        JSON.stringify(
          fault ? { __type: fault.code, message: 'refused for the test' } : operations[name](input as never),
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    calls,
    inputs,
    tables,
    buckets,
    results: () => [...executions.values()].map(({ csv }) => csv),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Every value in quotes, a quote doubled, NULL as nothing. */
function csvOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

const PAGE = 3;

/** ListObjectsV2 of a few objects a page, so that a second page is asked for. */
function listing(url: URL, buckets: AthenaServer['buckets']): string {
  const bucket = url.pathname.split('/')[1]!;
  const prefix = url.searchParams.get('prefix') ?? '';
  const after = url.searchParams.get('continuation-token') ?? url.searchParams.get('start-after') ?? '';
  const found = (buckets.get(bucket) ?? [])
    .filter(({ key }) => key.startsWith(prefix) && key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = found.slice(0, PAGE);
  const more = found.length > PAGE;
  return `<ListBucketResult><Name>${bucket}</Name><IsTruncated>${more}</IsTruncated>${
    more ? `<NextContinuationToken>${page.at(-1)!.key}</NextContinuationToken>` : ''
  }${page
    .map(({ key, bytes }) => `<Contents><Key>${key}</Key><ETag>"1"</ETag><Size>${bytes}</Size></Contents>`)
    .join('')}</ListBucketResult>`;
}
