/** Doctor's findings as people read them: what stands in the way first, then what the run will see and take. */
import { terminalText } from '../../report/escape/terminal.ts';
import { bytes, count, listed, plural } from '../../report/text.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { Cost, Estimate } from './estimate.ts';
import type { Examination } from './examination.ts';
import type { PermissionRow } from './permissions.ts';

/** Gaps and regions named one by one; beyond that the JSON has them. */
const NAMED = 12;

export function examinationText(found: Examination): string {
  const lines = [
    ...head(found),
    ...section('permissions', permissions(found)),
    ...section('trails', trails(found.trails)),
    ...section('logs', logs(found)),
    ...section('missing', missing(found)),
    ...section('not observable', hidden(found)),
    ...section('takes', takes(found.estimate, found.source)),
    ...section('could not be learnt', found.problems),
    ...section('verdict', [VERDICTS[found.verdict]]),
  ];
  return `${lines.map(terminalText).join('\n')}\n`;
}

const VERDICTS = {
  ready: 'ready: nothing that a run needs is missing',
  incomplete: 'incomplete: a run works, and keeps what the evidence cannot show',
  'not ready': 'not ready: a run would end in an access error; `--print-policy json` prints what it needs',
};

const WIDTH = 14;

/** The first line bears the title; the others stand under it. */
function section(title: string, lines: readonly string[]): readonly string[] {
  const wide = title.length >= WIDTH;
  const body = lines.map((line, index) => `${(index === 0 && !wide ? title : '').padEnd(WIDTH)}  ${line}`);
  return lines.length === 0 ? [] : [...(wide ? [title] : []), ...body];
}

function head({ principal, purpose, source, window, identity, logs: at }: Examination): readonly string[] {
  const place = at ? ` of ${at.location}` : source === 'lookup' ? ' of the event history' : '';
  const what =
    purpose === 'snapshot'
      ? 'a snapshot of the account'
      : `${principal ?? 'any principal'}, ${window.from.slice(0, 10)} to ${lastDay(window.to)}, source ${source}${place}`;
  return [
    ...section('run', [what]),
    ...(identity ? section('identity', [`${identity.arn} (account ${identity.accountId})`]) : []),
  ];
}

/** The window's end is exclusive. */
const lastDay = (to: string): string => new Date(Date.parse(to) - 1).toISOString().slice(0, 10);

function permissions({ permissions: rows, policy, identity }: Examination): readonly string[] {
  if (policy.Statement.length === 0) return ['none needed: nothing is asked of AWS'];
  if (!identity)
    return [
      `not tried; \`--print-policy json\` prints the ${plural(rowsIn(policy), 'action')} that a run needs`,
    ];
  const of = (verdict: PermissionRow['verdict']) => rows.filter((row) => row.verdict === verdict);
  const [allowed, denied, unknown] = [of('allowed'), of('denied'), of('unknown')];
  const tried = allowed.filter((row) => row.how === 'tried').length;
  return [
    `${allowed.length} of ${rows.length} allowed (${tried} tried, ${allowed.length - tried} simulated), ${denied.length} denied, ${unknown.length} not known`,
    ...denied.map(
      (row) =>
        `DENIED   ${row.action}, needed to ${row.purpose}${row.optional ? ' (a run goes on without)' : ''}${because(row)}`,
    ),
    ...unknown.map((row) => `unknown  ${row.action}, needed to ${row.purpose}${because(row)}`),
  ];
}

const rowsIn = (policy: Examination['policy']): number =>
  policy.Statement.reduce((sum, one) => sum + one.Action.length, 0);
const because = (row: PermissionRow): string =>
  row.how === 'simulated' ? ' (simulated)' : row.detail === undefined ? '' : `: ${row.detail}`;

function trails(facts: readonly TrailFacts[] | undefined): readonly string[] {
  if (facts === undefined)
    return ['not known: what they record is assumed; give `--trails`, or let them be read'];
  if (facts.length === 0) return ['none'];
  return facts.flatMap((trail) => {
    const { read, write, excludedSources } = trail.management;
    const events = read && write ? 'read and write' : read ? 'read only' : write ? 'write only' : 'no';
    const left = excludedSources.length > 0 ? `, without ${excludedSources.join(', ')}` : '';
    const state = trail.isLogging === false ? ', NOT LOGGING' : '';
    const where = trail.multiRegion ? 'all regions' : trail.homeRegion;
    const data = trail.data.map(
      (one) =>
        `data events of ${one.resourceType}: ${one.read && one.write ? 'read and write' : one.read ? 'read' : 'write'}${one.narrowed ? `, only some${one.detail ? ` (${one.detail})` : ''}` : ''}`,
    );
    return [
      `${trail.name}: ${where}${trail.organization ? ', organisation' : ''}, ${events} management events${left}${state}; s3://${trail.bucket}/${trail.prefix ?? ''}`,
      ...(data.length > 0 ? data : ['no data events']).map((line) => `  ${line}`),
      ...(trail.logFileValidation ? [] : ['  no digests: changed log files cannot be told']),
      ...(trail.kmsKeyId === undefined ? [] : [`  encrypted with ${trail.kmsKeyId}`]),
    ];
  });
}

function logs({ logs: found }: Examination): readonly string[] {
  if (!found) return [];
  const { regions } = found;
  const accounts = new Set(regions.map((one) => one.accountId)).size;
  const most = [...regions].sort((a, b) => b.objects - a.objects).slice(0, NAMED);
  const rest = regions.length - most.length;
  return [
    `${plural(found.objects, 'file')}, ${bytes(found.bytes)}, ${plural(accounts, 'account')}, ${plural(new Set(regions.map((one) => one.region)).size, 'region')}`,
    ...most
      .map(
        (one) =>
          `  ${one.accountId} ${one.region}: ${plural(one.days, 'day')} from ${one.firstDay} to ${one.lastDay}, ${plural(one.objects, 'file')}, ${bytes(one.bytes)}`,
      )
      .sort(),
    ...(rest > 0 ? [`  and ${plural(rest, 'region')} with fewer files; \`--format json\` has all`] : []),
    ...(found.unplaced > 0
      ? [`  ${plural(found.unplaced, 'file')} whose name tells no account, region and day`]
      : []),
    ...found.ignored.map(([kind, number]) => `  left out: ${count(number)} ${kind}`),
  ];
}

function missing({ coverage }: Examination): readonly string[] {
  if (!coverage) return [];
  if (coverage.gaps.length === 0) return ['no day and no region of the window, as far as a listing tells'];
  const lines = coverage.gaps.slice(0, NAMED).map((gap) => `${gap.reason}: ${gap.detail}`);
  const rest = coverage.gaps.length - lines.length;
  return rest > 0 ? [...lines, `and ${plural(rest, 'gap')} more; \`--format json\` has all`] : lines;
}

function hidden({ outlook, principal, source }: Examination): readonly string[] {
  if (source === 'lookup' && !outlook)
    return ['no data events (object reads, item writes, invocations), and nothing older than 90 days'];
  if (!outlook) return principal === undefined ? [] : ['not known without what is granted: give `--account`'];
  const lost = outlook.granted - outlook.observable;
  return [
    `${count(lost)} of ${plural(outlook.granted, 'granted action')}: these trails write no event that shows their use, so no log is a reason to remove them`,
    ...outlook.hidden.map(
      ({ reason, actions }) => `  ${count(actions.length)}: ${reason} (${listed(actions, 3)})`,
    ),
    ...outlook.unread.map((name) => `  policy ${name} could not be read and is not counted`),
  ];
}

function takes(estimate: Estimate | undefined, source: string): readonly string[] {
  if (!estimate)
    return source === 'lookup'
      ? ['at most 100 events a second and region; how many there are is not known before they are read']
      : source === 'athena'
        ? ['not known: name the table with `--table`, or the bucket with `--bucket`']
        : [];
  const { measured, seconds, costs } = estimate;
  const time =
    seconds === undefined
      ? []
      : [
          `${duration(seconds)} here${measured ? `, by ${plural(measured.objects, 'file')} (${bytes(measured.bytes)}) read in ${duration(measured.ms / 1000)}` : ''}`,
        ];
  return [
    `${plural(estimate.objects, 'file')}, ${bytes(estimate.bytes)} to read${estimate.digests ? `, and ${plural(estimate.digests, 'digest')}` : ''}`,
    ...time,
    ...costs.map(costLine),
    ...(costs.length > 0 ? ['list prices of us-east-1; other regions differ'] : []),
  ];
}

const costLine = ({ what, usd, note }: Cost): string => `${money(usd)} ${what} (${note})`;
const money = (usd: number): string => (usd === 0 ? '$0' : usd < 0.01 ? 'under $0.01' : `$${usd.toFixed(2)}`);

function duration(seconds: number): string {
  if (seconds < 1) return 'under a second';
  if (seconds < 120) return plural(Math.ceil(seconds), 'second');
  return seconds < 7200 ? plural(Math.ceil(seconds / 60), 'minute') : `${(seconds / 3600).toFixed(1)} hours`;
}
