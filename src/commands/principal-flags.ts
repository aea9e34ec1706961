/** `--role`, `--user`, `--principal` and the window flags: from text to a filter and an interval. */
import type { Argv } from 'yargs';
import { UsageError } from '../errors.ts';
import type { PrincipalFilter, Window } from '../trail/source.ts';
import type { Args } from './command.ts';
import { moment } from './moment.ts';

const DAY = 86_400_000;
const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(role|user|assumed-role)\/(.+)$/;
const NAME = /^[A-Za-z0-9+=,.@_-]{1,64}$/;

export function principalFlags(yargs: Argv): Argv {
  return yargs
    .option('role', { type: 'string', describe: 'role name or ARN', group: 'Principal:' })
    .option('user', { type: 'string', describe: 'user name or ARN', group: 'Principal:' })
    .option('principal', { type: 'string', describe: 'ARN of a role or user', group: 'Principal:' });
}

export function windowFlags(yargs: Argv): Argv {
  return yargs
    .option('days', {
      type: 'string',
      describe: 'length of the window in days before --end',
      defaultDescription: '90',
      group: 'Window:',
    })
    .option('from', {
      type: 'string',
      describe: 'first moment, `YYYY-MM-DD` or ISO 8601 UTC',
      group: 'Window:',
    })
    .option('to', {
      type: 'string',
      describe: 'last day (inclusive) or exclusive ISO 8601 moment',
      group: 'Window:',
    })
    .option('end', { type: 'string', describe: 'a fixed "now" for --days', group: 'Window:' });
}

/** The one principal the flags name. */
export function readPrincipal(args: Args): PrincipalFilter {
  const given = (['role', 'user', 'principal'] as const).filter((flag) => args[flag] !== undefined);
  if (given.length !== 1)
    throw new UsageError(
      given.length === 0
        ? 'no principal given: add `--role NAME`, `--user NAME` or `--principal ARN`'
        : `${given.map((flag) => `\`--${flag}\``).join(' and ')} given: name one principal`,
    );
  const flag = given[0]!;
  const value = String(args[flag]);
  const match = ARN.exec(value);
  if (!match) {
    if (flag === 'principal')
      throw new UsageError(
        `\`--principal ${value}\` is no role or user ARN: use \`arn:aws:iam::123456789012:role/NAME\``,
      );
    if (!NAME.test(value))
      throw new UsageError(`\`--${flag} ${value}\` is neither an IAM name nor an ARN of a role or user`);
    return { kind: flag, name: value };
  }
  const [, accountId, type, rest] = match as unknown as [string, string, string, string];
  const kind = type === 'user' ? 'user' : 'role';
  if (flag !== 'principal' && kind !== flag)
    throw new UsageError(`\`--${flag} ${value}\` is the ARN of a ${kind}: use \`--${kind}\``);
  const name = type === 'assumed-role' ? rest.split('/')[0]! : rest.slice(rest.lastIndexOf('/') + 1);
  if (name === '') throw new UsageError(`\`--${flag} ${value}\` names no ${kind}`);
  return { kind, name, accountId, ...(type === 'assumed-role' ? {} : { arn: value }) };
}

/** The interval the flags give; `now` in epoch ms stands in for an absent --end. Whole seconds. */
export function readWindow(args: Args, now: number): Window {
  const to =
    args.to !== undefined
      ? moment('to', args.to, true)
      : args.end !== undefined
        ? moment('end', args.end, true)
        : Math.floor(now / 1000) * 1000;
  if (args.to !== undefined && args.end !== undefined)
    throw new UsageError('`--to` and `--end` given: use one of them');
  if (args.from !== undefined && args.days !== undefined)
    throw new UsageError('`--from` and `--days` given: use one of them');
  const from = args.from !== undefined ? moment('from', args.from, false) : to - days(args.days) * DAY;
  if (from >= to)
    throw new UsageError(
      `the window is empty: it starts ${new Date(from).toISOString()} and ends ${new Date(to).toISOString()}`,
    );
  return { from, to };
}

function days(value: unknown): number {
  if (value === undefined) return 90;
  const text = String(value);
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 3660)
    throw new UsageError(`\`--days ${text}\` is no whole number from 1 to 3660`);
  return number;
}
