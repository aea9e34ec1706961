/** `gen-policy demo`: the main job on the bundled samples, from a checkout or an installed package. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { cwd } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type ExitCode, RunError } from '../errors.ts';
import type { Args, Command, Io } from './command.ts';
import { command as generate } from './generate.ts';
import { outputFlags } from './output-flags.ts';

/** The bundle lies in dist/ or dist/chunks/, the sources in src/commands/. */
function samples(): string {
  for (const place of ['../samples', '../../samples']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new RunError('the bundled samples are missing: install the package again');
}

/** A review of the last 30 days, as the samples have them. */
async function reviewEstate(estate: string, args: Args, io: Io): Promise<ExitCode> {
  const { command: review } = await import('./review.ts');
  return review.run(
    {
      ...args,
      format: 'summary',
      end: '2026-08-29',
      days: '30',
      source: 'dir',
      logs: `${estate}/trail`,
      account: `${estate}/snapshot`,
      match: '*',
      pages: 'html,json,policy,rollback,csv',
      resources: 'auto',
      graceDays: 14,
      minDaysSeen: 1,
    },
    io,
  );
}

export const command: Command = {
  ownOutput: true,
  builder: (yargs) =>
    outputFlags(yargs)
      .option('role', {
        choices: ['order-service', 'ci-deployer', 'security-auditor', 'legacy-reporting'] as const,
        default: 'order-service' as const,
        describe: 'one of the four roles of the samples',
      })
      .option('review', {
        type: 'boolean',
        default: false,
        describe: 'the access review of a second account with thirty principals instead',
      })
      .option('out', { type: 'string', default: 'gen-policy-demo', describe: 'folder to write to' }),
  run: async (args, io) => {
    // As a person in this folder would name it: the plan holds the name, not where the package lies.
    const folder = relative(cwd(), samples()) || '.';
    if (args.review === true) return reviewEstate(`${folder}/estate`, args, io);
    const role = String(args.role);
    const advisor = `${folder}/last-accessed/${role}.json`;
    return generate.run(
      {
        ...args,
        role,
        end: '2026-08-29',
        days: '90',
        source: 'dir',
        logs: `${folder}/trail`,
        account: `${folder}/account.json`,
        trails: `${folder}/trails.json`,
        ...(existsSync(advisor) ? { lastAccessed: advisor, 'last-accessed': advisor } : {}),
        resources: 'auto',
        graceDays: 14,
        minDaysSeen: 1,
      },
      io,
    );
  },
};
