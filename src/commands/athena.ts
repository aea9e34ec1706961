/** `gen-policy athena init`: the statement that makes the table, printed or run. */
import { EXIT, UsageError } from '../errors.ts';
import { ATHENA_FLAGS } from './athena-flags.ts';
import { AWS_FLAGS } from './aws-flags.ts';
import type { Command } from './command.ts';
import { readQuery } from './queries.ts';

const ACCOUNTS = /^\d{12}(,\d{12})*$/;
const REGIONS = /^[a-z]{2}(-[a-z]+)+-\d(,[a-z]{2}(-[a-z]+)+-\d)*$/;
const LOCATION = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/([A-Za-z0-9!_.*()/-]*\/)?$/;

export const command: Command = {
  builder: (yargs) =>
    yargs
      .positional('action', { choices: ['init'] as const, describe: 'make the table' })
      .options({ ...AWS_FLAGS, ...ATHENA_FLAGS })
      .option('location', {
        type: 'string',
        describe: 'folder of the account folders: s3://bucket/AWSLogs/',
        group: 'Table:',
      })
      .option('accounts', { type: 'string', describe: 'account ids, comma-separated', group: 'Table:' })
      .option('regions', { type: 'string', describe: 'regions, comma-separated', group: 'Table:' })
      .option('first-day', {
        type: 'string',
        default: '2020/01/01',
        describe: 'first delivery day',
        group: 'Table:',
      })
      .option('run', {
        type: 'boolean',
        default: false,
        describe: 'run it instead of printing it',
        group: 'Table:',
      }),
  run: async (args, io) => {
    const { fillTable } = await import('../trail/athena/ddl.ts');
    const given = (flag: string, value: unknown, pattern: RegExp, example: string): string => {
      if (!pattern.test(String(value ?? '')))
        throw new UsageError(`\`--${flag} ${value ?? ''}\` is needed as \`${example}\``);
      return String(value);
    };
    const sql = fillTable(await readQuery('create-table'), {
      table: given('table', args.table ?? 'cloudtrail_logs', /^[a-z_][a-z0-9_]{0,127}$/, 'cloudtrail_logs'),
      location: given('location', args.location, LOCATION, 's3://bucket/AWSLogs/'),
      accounts: given('accounts', args.accounts, ACCOUNTS, '111122223333,444455556666'),
      regions: given('regions', args.regions, REGIONS, 'eu-west-1,us-east-1'),
      first_day: given('first-day', args.firstDay, /^\d{4}\/\d\d\/\d\d$/, '2020/01/01'),
    });
    if (args.run !== true) {
      io.out(`${sql};\n`);
      return EXIT.done;
    }
    const [{ runQuery }, { athenaOptions }] = await Promise.all([
      import('../trail/athena/client.ts'),
      import('./athena-source.ts'),
    ]);
    await runQuery(athenaOptions(args), sql, [], io.signal);
    io.err('note: the table is there\n');
    return EXIT.done;
  },
};
