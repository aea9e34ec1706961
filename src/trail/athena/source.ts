/** `--source athena`: two questions, the second shaped by what the first found; rows become batches like any object's. */
import { EvidenceError } from '../../errors.ts';
import { decode } from '../../events/decode.ts';
import type { TrailEvent } from '../../events/event.ts';
import type {
  Batch,
  CoverageCell,
  PrincipalFilter,
  ReadOptions,
  SourceFacts,
  TrailSource,
} from '../source.ts';
import { type AthenaOptions, runQuery } from './client.ts';
import { type QueryTexts, type Question, questionsOf } from './questions.ts';
import { expandRow, type Row, withCalls } from './rows.ts';
import { fill, neededKeys } from './sql.ts';

export interface AthenaSourceOptions extends AthenaOptions {
  /** As quoted by tableName(). */
  readonly table: string;
  /** For people. */
  readonly location: string;
  readonly queries: QueryTexts;
  /** Days after the window whose deliveries are read too; 1 where not set. */
  readonly slackDays?: number;
  /** Called before the first query; what it throws keeps the queries from being started. */
  readonly beforeQueries?: (read: ReadOptions) => Promise<void>;
  /** Parameter paths of one event, from the knowledge tables. */
  readonly needed: (eventSource: string, eventName: string) => readonly string[];
  /** Called with the bytes each query scanned. */
  readonly onScanned?: (bytes: number, reused: boolean) => void;
}

const ROWS_A_BATCH = 500;

export function openAthenaSource(options: AthenaSourceOptions): TrailSource {
  const cells: CoverageCell[] = [];
  const counts = { objects: 0, bytes: 0 };
  return {
    read: (read) => readAll(options, read, cells, counts),
    facts: (): SourceFacts => ({
      kind: 'athena',
      location: options.location,
      objectsListed: counts.objects,
      objectsRead: counts.objects,
      bytesRead: counts.bytes,
      ignored: [],
      cells,
    }),
  };
}

async function* readAll(
  options: AthenaSourceOptions,
  read: ReadOptions,
  cells: CoverageCell[],
  counts: { objects: number; bytes: number },
): AsyncGenerator<Batch> {
  await options.beforeQueries?.(read);
  const { slackDays } = options;
  const [first, second] = questionsOf(options.queries, {
    ...read,
    ...(slackDays !== undefined && { slackDays }),
  });
  const ask = async (question: Question, keys?: Parameters<typeof fill>[2]): Promise<AsyncIterable<Row>> => {
    const text = fill(question.text, options.table, keys);
    const result = await runQuery(options, text, question.parameters, read.signal);
    counts.bytes += result.bytesScanned;
    options.onScanned?.(result.bytesScanned, result.reused);
    return result.rows;
  };
  const found = await readCoverage(await ask(first));
  if (found.records === 0)
    throw new EvidenceError(
      `athena found no record in \`${options.location}\` for the window: check that the table's partitions reach it`,
    );
  cells.push(...found.cells);
  counts.objects = found.cells.length;
  const paths = new Map(
    [...found.events].map((event) => {
      const [source, name] = event.split(' ') as [string, string];
      return [event, options.needed(source, name)] as const;
    }),
  );
  const only = read.principals?.length === 1 ? read.principals[0] : undefined;
  const outside = only ? outsideEvents(only, found.outside, read.window.to) : [];
  let answered = 0;
  let left = found.records - found.malformed - (outside.length > 0 ? found.outside : 0);
  let batch: Batch = {
    ...EMPTY,
    records: found.malformed,
    rejections: Array.from({ length: found.malformed }, () => MALFORMED),
  };
  let held = 0;
  for await (const row of withCalls(await ask(second, neededKeys(paths)))) {
    const { events, rejections } = expandRow(row);
    const records = events.reduce((sum, event) => sum + event.count, 0) + rejections.length;
    left -= records;
    answered += records;
    batch = {
      ...batch,
      records: batch.records + records,
      events: [...batch.events, ...events],
      rejections: [...batch.rejections, ...rejections],
    };
    if (++held < ROWS_A_BATCH) continue;
    yield batch;
    [batch, held] = [EMPTY, 0];
  }
  // What the first question counted and the second does not give would look like calls that were never made.
  if (answered < found.wanted)
    throw new EvidenceError(
      `athena counted ${found.wanted} records in the window and its answer holds ${answered} of them: the result file is cut, or not Athena's; run again`,
    );
  yield { ...batch, records: batch.records + left, skippedOtherPrincipal: left };
  read.onProgress?.({ objectsDone: counts.objects, bytesDone: counts.bytes, records: found.records });
}

const EMPTY: Batch = { records: 0, events: [], skippedOtherPrincipal: 0, rejections: [] };
const MALFORMED = { reason: 'missing-field', detail: 'no time, source or name of the event' } as const;

/** The principal's records of other times: counted, not asked for. */
function outsideEvents(
  { kind, name, accountId = '' }: PrincipalFilter,
  count: number,
  after: number,
): readonly TrailEvent[] {
  const arn =
    kind === 'role'
      ? `arn:aws:sts::${accountId}:assumed-role/${name}/outside`
      : `arn:aws:iam::${accountId}:user/${name}`;
  const decoded = decode({
    eventTime: new Date(after).toISOString().replace('.000Z', 'Z'),
    eventSource: 'outside',
    eventName: 'outside',
    userIdentity: { type: kind === 'role' ? 'AssumedRole' : 'IAMUser', arn, accountId },
  });
  return decoded.ok && decoded.event.principal.kind !== 'none' && count > 0
    ? [{ ...decoded.event, count, dedupeKey: 'outside' }]
    : [];
}

interface Found {
  readonly records: number;
  readonly malformed: number;
  /** Records of those asked for inside the window, without the malformed. */
  readonly wanted: number;
  /** The principal's own records outside the window. */
  readonly outside: number;
  readonly cells: readonly CoverageCell[];
  /** `eventSource eventName` of the principal's events. */
  readonly events: ReadonlySet<string>;
}

async function readCoverage(rows: AsyncIterable<Row>): Promise<Found> {
  const cells = new Map<string, CoverageCell>();
  const events = new Set<string>();
  let [records, malformed, wanted, outside] = [0, 0, 0, 0];
  for await (const row of rows) {
    records += Number(row.get('records') ?? 0);
    malformed += Number(row.get('malformed') ?? 0);
    if (row.get('mine') === 'true' && row.get('outside') !== 'true')
      wanted += Number(row.get('records') ?? 0) - Number(row.get('malformed') ?? 0);
    const [accountId, region, day] = [
      row.get('account') ?? '',
      row.get('region') ?? '',
      (row.get('day') ?? '').replaceAll('/', '-'),
    ];
    cells.set(`${accountId}/${region}/${day}`, { accountId, region, day, objects: 1 });
    const [source, name] = [row.get('eventsource'), row.get('eventname')];
    if (row.get('outside') === 'true') outside += Number(row.get('records') ?? 0);
    else if (source && name) events.add(`${source} ${name}`);
  }
  return {
    records,
    malformed,
    wanted,
    outside,
    cells: [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell),
    events,
  };
}
