/** Flags of exclusions.ts; apart from what reads them, so that `--help` loads nothing else. */
import type { Argv } from 'yargs';

/** Flags that are made to be given more than once; of any other the last one counts. */
export const REPEATED: ReadonlySet<string> = new Set([
  'account',
  'credential-report',
  'event',
  'exclude-session',
  'exclude-window',
  'policy',
]);

export function exclusionFlags(yargs: Argv): Argv {
  return yargs
    .option('exclude-window', {
      type: 'string',
      describe: 'leave out calls of a time, FROM/TO as for --from and --to; may be given again',
      group: 'Evidence:',
    })
    .option('exclude-session', {
      type: 'string',
      describe: 'leave out calls of a role session, by its name or ARN; may be given again',
      group: 'Evidence:',
    });
}
