/** Flags of `gen-policy review`. */
import type { Argv } from 'yargs';
import { INDEX_NAMES } from '../report/review/formats.ts';
import { evidenceFlags, policyFlags } from './generate-flags.ts';
import { DEFAULT_PAGES } from './output-flags.ts';
import { windowFlags } from './principal-flags.ts';

export const reviewFlags = (yargs: Argv): Argv =>
  policyFlags(evidenceFlags(windowFlags(yargs)))
    .option('match', {
      type: 'string',
      default: '*',
      describe: 'roles and users to review, by name; `*` and `?` match any characters',
      group: 'Principals:',
    })
    .option('account', {
      type: 'string',
      describe:
        'output of `aws iam get-account-authorization-details`, a snapshot folder, live or none; once for each account',
      group: 'Evidence:',
    })
    .option('org-role', {
      type: 'string',
      describe: 'role to assume in each account of the organisation, to read all of them live',
      group: 'Evidence:',
    })
    .option('credential-report', {
      type: 'string',
      describe: 'output of `aws iam get-credential-report`, for the checks of root and users',
      group: 'Evidence:',
    })
    .option('skip-checks', {
      type: 'string',
      describe: 'checks left out, comma-separated: a name, or name:PATTERN for the subjects that match',
      group: 'Principals:',
    })
    .option('previous', {
      type: 'string',
      describe: 'folder of an earlier review, to say what is new, fixed or worse',
      group: 'Evidence:',
    })
    .option('decisions', {
      type: 'string',
      describe: 'findings.csv with its decision columns filled in, or a folder of them: `keep` is kept',
      group: 'Evidence:',
    })
    .option('out', {
      type: 'string',
      describe: 'folder for the index and a folder of pages for each principal',
      group: 'Output:',
    })
    .option('format', {
      choices: INDEX_NAMES,
      default: 'summary' as const,
      describe: 'how the index is printed; --out gets all of them',
      group: 'Output:',
    })
    .option('pages', {
      type: 'string',
      default: DEFAULT_PAGES,
      describe: 'formats written for each principal to --out, as for --format of a single run',
      group: 'Output:',
    })
    .option('redact', {
      type: 'boolean',
      describe: 'pseudonyms for account ids, names and addresses in all that is written; no files to apply',
      group: 'Output:',
    })
    .option('fail-on', {
      type: 'string',
      describe: 'exit 2 when it holds for any principal: the same words as for a single run',
      group: 'Output:',
    });
