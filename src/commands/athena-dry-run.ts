/** `--dry-run`: what Athena would be asked, with which values and at what cost. Starts no query. */
import { EXIT, type ExitCode, UsageError } from '../errors.ts';
import type { Question } from '../trail/athena/questions.ts';
import { wantedOf } from './analyse.ts';
import { costLines, pricePerTerabyte } from './athena-cost.ts';
import { athenaTable, queryTexts, slackDays } from './athena-source.ts';
import type { Args, Io } from './command.ts';
import { readGranted } from './granted.ts';
import { readPrincipal, readWindow } from './principal-flags.ts';

/** Prints both queries, their execution parameters and an estimate of the cost; for one principal or for all. */
export async function dryRun(args: Args, io: Io, whom: 'one' | 'all'): Promise<ExitCode> {
  if (args.source !== 'athena')
    throw new UsageError('`--dry-run` shows what athena would be asked: use it with `--source athena`');
  const window = readWindow(args, io.now());
  const price = pricePerTerabyte(args);
  const { options, table } = await athenaTable(args);
  const [{ questionsOf }, { withTable }, { estimateScan }] = await Promise.all([
    import('../trail/athena/questions.ts'),
    import('../trail/athena/sql.ts'),
    import('../trail/athena/estimate.ts'),
  ]);
  const asked = {
    window,
    ...(whom === 'one' && { principals: [await wanted(args, io)] }),
    ...slackDays(args),
  };
  const questions = questionsOf(await queryTexts(), asked);
  const estimate = await estimateScan(options, table, asked, io.now(), io.signal);
  const { workgroup, catalog, database, output } = options;
  const context = Object.entries({ workgroup, catalog, database, 'output location': output });
  const lines = [
    '-- dry run: no query was started',
    ...context.flatMap(([name, value]) => (value === undefined ? [] : [`-- ${name}: ${value}`])),
    ...questions.flatMap((question, index) => [
      '',
      ...head(question, index + 1),
      `${withTable(question.text, table)};`,
    ]),
    '',
    ...costLines(estimate, questions.length, price),
  ];
  io.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

async function wanted(args: Args, io: Io) {
  const filter = readPrincipal(args);
  return wantedOf(await readGranted(args, filter, io), filter);
}

const head = ({ name, text, parameters }: Question, number: number): readonly string[] => [
  `-- query ${number}: ${name}.sql`,
  ...(text.includes('_keys}}')
    ? ['-- {{..._keys}}: which parameters are kept of which event; filled from what query 1 finds']
    : []),
  `-- execution parameters: ${parameters.join(', ')}`,
];
