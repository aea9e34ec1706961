/** Flags that say what comes out and when CI should fail; apart from what they do, so that `--help` loads nothing else. */
import type { Argv } from 'yargs';

/** Named again here, in the order of the table of formats: loading the renderers would make `--help` slow; a test compares. */
export const FORMAT_WORDS =
  'summary, json, policy, rollback, markdown, comment, html, diff, changes, csv, sarif, terraform, terraform-document, cloudformation, cloudformation-json, cdk, vault';

/** What a review writes for each principal. */
export const DEFAULT_PAGES = 'html,json,policy,rollback,csv';

/** `--format`, `--output`, `--policy-path` and `--fail-on`; `--out` belongs to the command. */
export function outputFlags(yargs: Argv): Argv {
  return yargs
    .option('format', {
      type: 'string',
      describe: `what to print instead of the summary, or to add to --out: ${FORMAT_WORDS}`,
      group: 'Output:',
    })
    .option('output', {
      type: 'string',
      describe: 'file for the one --format instead of stdout',
      group: 'Output:',
    })
    .option('redact', {
      type: 'boolean',
      describe: 'write reports to share: pseudonyms for account ids, names and addresses; no files to apply',
      group: 'Output:',
    })
    .option('policy-path', {
      type: 'string',
      describe: 'where the repository keeps a policy, for --format sarif, e.g. iam/{policy}.json',
      group: 'Output:',
    })
    .option('fail-on', {
      type: 'string',
      describe: 'exit 2 on unused, excess, new-access, incomplete, severity>=LEVEL, a kind or a finding id',
      group: 'Output:',
    });
}

/** The flag, for a command that does not bring one of its own. */
export const outputFlag = (yargs: Argv): Argv =>
  yargs.option('output', {
    type: 'string',
    describe: 'file for what is printed instead of stdout',
    group: 'Output:',
  });
