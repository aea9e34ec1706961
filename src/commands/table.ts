/** The commands, each loaded only when it is called: `--help` and shell completion pay for none of them. */
import type { Command } from './command.ts';

interface Row {
  readonly name: string;
  /** yargs command string where it takes positionals. */
  readonly usage?: string;
  readonly describe: string;
  load(): Promise<{ readonly command: Command }>;
}

export const COMMANDS: readonly Row[] = [
  {
    name: 'athena',
    usage: 'athena <action>',
    describe: 'init: print or run the statement that makes the table for --source athena',
    load: () => import('./athena.ts'),
  },
  {
    name: 'cache',
    usage: 'cache <action>',
    describe: 'what earlier runs kept of the objects they read: `stats`, `clear`',
    load: () => import('./cache.ts'),
  },
  {
    name: 'completion',
    describe: 'print a script that completes commands and flags in bash and zsh',
    load: () => import('./completion.ts'),
  },
  {
    name: 'demo',
    describe: 'run on the bundled samples; needs no AWS account',
    load: () => import('./demo.ts'),
  },
  {
    name: 'doctor',
    describe: 'before a run: what it may do, what the logs can show, what it takes, the policy it needs',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'explain',
    usage: 'explain [files..]',
    describe: 'say which permission a record or an event needs, and why',
    load: () => import('./explain.ts'),
  },
  {
    name: 'render',
    usage: 'render <result>',
    describe: 'show a result.json in any other format',
    load: () => import('./render.ts'),
  },
  {
    name: 'review',
    describe:
      'judge all roles and users of an account in one pass over the logs, ranked by what to cut first',
    load: () => import('./review.ts'),
  },
  {
    name: 'snapshot',
    describe: 'save what AWS says of the account, for --account and audits',
    load: () => import('./snapshot.ts'),
  },
  {
    name: 'validate-logs',
    describe: "check log files against CloudTrail's signed digests; exit 2 when any was altered",
    load: () => import('./validate-logs.ts'),
  },
  {
    name: 'verify',
    describe: 'check policies against logs and the old grants; exit 2 when they break or widen access',
    load: () => import('./verify.ts'),
  },
];
