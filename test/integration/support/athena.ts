/**
 * The part of Athena's API that the SDK calls, over a real Trino: StartQueryExecution runs the SQL as it came (parameters
 * with EXECUTE IMMEDIATE), the result file is CSV as Athena writes it, S3 GetObject gives it back. Faults can be put in.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trino } from './trino.ts';

export interface AthenaFaults {
  /** Error code with which StartQueryExecution answers. */
  start?: string;
  /** End state of the query with a reason. */
  end?: { readonly state: 'FAILED' | 'CANCELLED'; readonly reason: string };
  /** Keeps the query running for ever. */
  hang?: boolean;
}

export interface AthenaServer {
  readonly url: string;
  readonly faults: AthenaFaults;
  /** Names of the operations called, in order. */
  readonly calls: string[];
  /** Bytes of the result files so far. */
  resultBytes(): number;
  stop(): Promise<void>;
}

interface Execution {
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason?: string;
  csv: string;
}

export async function startAthena(trino: Trino): Promise<AthenaServer> {
  const faults: AthenaFaults = {};
  const calls: string[] = [];
  const executions = new Map<string, Execution>();

  const start = (input: { QueryString: string; ExecutionParameters?: string[] }): string => {
    const id = `00000000-0000-4000-8000-${String(executions.size).padStart(12, '0')}`;
    const execution: Execution = { state: 'RUNNING', csv: '' };
    executions.set(id, execution);
    if (faults.hang) return id;
    if (faults.end) Object.assign(execution, faults.end);
    else {
      const parameters = input.ExecutionParameters ?? [];
      const text = input.QueryString.replaceAll("'", "''");
      const sql =
        parameters.length > 0
          ? `EXECUTE IMMEDIATE '${text}' USING ${parameters.join(', ')}`
          : input.QueryString;
      trino.query(sql).then(
        ({ columns, rows }) => Object.assign(execution, { state: 'SUCCEEDED', csv: csvOf(columns, rows) }),
        (error: Error) => Object.assign(execution, { state: 'FAILED', reason: error.message }),
      );
    }
    return id;
  };

  const operations: Record<string, (input: never) => object> = {
    StartQueryExecution: (input) => ({ QueryExecutionId: start(input) }),
    GetQueryExecution: ({ QueryExecutionId: id }: { QueryExecutionId: string }) => {
      const { state, reason, csv } = executions.get(id)!;
      return {
        QueryExecution: {
          QueryExecutionId: id,
          Status: { State: state, ...(reason ? { StateChangeReason: reason } : {}) },
          Statistics: { DataScannedInBytes: csv.length },
          ResultConfiguration: { OutputLocation: `s3://results/${id}.csv` },
        },
      };
    },
    StopQueryExecution: ({ QueryExecutionId: id }: { QueryExecutionId: string }) => {
      executions.get(id)!.state = 'CANCELLED';
      return {};
    },
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const file = /^\/results\/([^?]+)\.csv/.exec(request.url ?? '');
      if (file) {
        calls.push('GetObject');
        response.end(executions.get(file[1]!)?.csv);
        return;
      }
      const name = String(request.headers['x-amz-target']).replace('AmazonAthena.', '');
      calls.push(name);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (name === 'StartQueryExecution' && faults.start) {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: faults.start, message: 'refused for the test' }));
        return;
      }
      response.end(JSON.stringify(operations[name]!(JSON.parse(Buffer.concat(chunks).toString()) as never)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    calls,
    resultBytes: () => [...executions.values()].reduce((sum, { csv }) => sum + csv.length, 0),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Every value in quotes, a quote doubled, NULL as nothing. */
function csvOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
