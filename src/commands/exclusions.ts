/** `--exclude-window` and `--exclude-session`: calls that a person knows not to be the principal's own count for nothing. */
import { UsageError } from '../errors.ts';
import type { TrailEvent } from '../events/event.ts';
import type { Window } from '../trail/source.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import type { Args, Io } from './command.ts';
import { moment } from './moment.ts';

export interface Exclusions {
  /** Why an event is left out, or undefined. Must see single records, or groups that straddle none of `cuts`. */
  readonly exclude: (event: TrailEvent) => string | undefined;
  /** Instants, epoch ms, at which an excluded time begins or ends; sorted. */
  readonly cuts: readonly number[];
  /** Flags and values as given, for the plan's settings and for people. */
  readonly asked: readonly (readonly [flag: string, value: string])[];
}

interface Interval extends Window {
  readonly text: string;
}

/** Reads the flags; undefined where none is given. @throws UsageError for one that could leave out nothing. */
export function readExclusions(args: Args, window: Window): Exclusions | undefined {
  const windows = given(args.excludeWindow).map((text) => interval(text, window));
  const sessions = given(args.excludeSession).map(checkedSession);
  if (windows.length + sessions.length === 0) return undefined;
  if (args.source === 'athena')
    throw new UsageError(
      '`--exclude-window` and `--exclude-session` need single records and athena answers with sums of a day: use `--source s3` or `--source dir`',
    );
  const exclude = (event: TrailEvent): string | undefined => {
    for (const { from, to, text } of windows) {
      const [began, ended] = [
        event.firstSeen >= from && event.firstSeen < to,
        event.lastSeen >= from && event.lastSeen < to,
      ];
      if (began !== ended || (event.firstSeen < from && event.lastSeen >= to))
        throw new Error(`a group of ${event.count} calls straddles the excluded time ${text}`);
      if (began) return windowReason(text);
    }
    const session = sessions.find((one) => isOf(event, one));
    return session === undefined ? undefined : sessionReason(session);
  };
  return {
    exclude,
    cuts: windows.flatMap(({ from, to }) => [from, to]).sort((a, b) => a - b),
    asked: [
      ...windows.map(({ text }) => ['exclude-window', text] as const),
      ...sessions.map((session) => ['exclude-session', session] as const),
    ],
  };
}

/** Says what was left out, and of each exclusion that it met nothing: a misspelt one must not pass for a clean trail. */
export function noteExclusions(
  { asked }: Exclusions,
  usages: readonly Pick<PrincipalUsage, 'accounting'>[],
  io: Io,
): void {
  for (const [flag, value] of asked) {
    const reason = flag === 'exclude-window' ? windowReason(value) : sessionReason(value);
    let count = 0;
    for (const { accounting } of usages)
      for (const [bucket, why, records] of accounting.reasons)
        if (bucket === 'excluded' && why === reason) count += records;
    io.err(
      count === 0
        ? `note: \`--${flag} ${value}\` met no record: nothing was left out for it\n`
        : `note: ${count.toLocaleString('en-US')} records left out for \`--${flag} ${value}\`: what was used only there is not granted\n`,
    );
  }
}

const windowReason = (text: string): string => `in the excluded time ${text}`;
const sessionReason = (session: string): string => `of the excluded session ${session}`;

const given = (value: unknown): readonly string[] => [
  ...new Set((value === undefined ? [] : Array.isArray(value) ? value : [value]).map(String)),
];

function interval(text: string, window: Window): Interval {
  const parts = text.split('/');
  if (parts.length !== 2)
    throw new UsageError(
      `\`--exclude-window ${text}\` is not FROM/TO: use \`2026-03-01/2026-03-02\` or \`2026-03-01T10:00:00Z/2026-03-01T12:00:00Z\``,
    );
  const from = moment('exclude-window', parts[0], false);
  const to = moment('exclude-window', parts[1], true);
  if (from >= to) throw new UsageError(`\`--exclude-window ${text}\` ends before it begins`);
  if (to <= window.from || from >= window.to)
    throw new UsageError(`\`--exclude-window ${text}\` lies outside the window that is looked at`);
  return { from, to, text };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: the form of RoleSessionName, loosely. */
function checkedSession(text: string): string {
  if (/^(?:arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/\s]+\/)?[^/\s]+$/.test(text)) return text;
  throw new UsageError(
    `\`--exclude-session ${text}\` is no session: give its name, or its ARN \`arn:aws:sts::123456789012:assumed-role/ROLE/SESSION\``,
  );
}

function isOf({ principal }: TrailEvent, session: string): boolean {
  if (principal.kind !== 'role' || principal.session === undefined) return false;
  if (!session.startsWith('arn:')) return principal.session === session;
  const [, accountId, role, name] = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)\/(.+)$/.exec(session) ?? [];
  return (
    principal.session === name &&
    principal.accountId === accountId &&
    principal.name.toLowerCase() === role?.toLowerCase()
  );
}
