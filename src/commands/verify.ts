/** `verify`: would these policies break what was seen, or allow more than the old ones? The gate of a pull request. */
import { basename } from 'node:path';
import type { AttachedPolicy } from '../account/account.ts';
import { EXIT, UsageError } from '../errors.ts';
import { parseAttached } from '../plan/attached.ts';
import { provenUses } from '../plan/replayable.ts';
import { evidenceOf } from '../plan/summary.ts';
import { type NamedPolicy, type Verification, verifyPolicies } from '../plan/verify.ts';
import { parsePolicy } from '../policy/parse.ts';
import { prettyJson } from '../report/escape/json.ts';
import { verificationText } from '../report/verification.ts';
import { analyse } from './analyse.ts';
import type { Args, Command } from './command.ts';
import { evidenceFlags } from './generate-flags.ts';
import { writeOutputs } from './output.ts';
import { principalFlags, windowFlags } from './principal-flags.ts';
import { readJsonFile } from './read-json.ts';

export const command: Command = {
  ownOutput: true,
  builder: (yargs) =>
    evidenceFlags(windowFlags(principalFlags(yargs)))
      .option('policy', {
        type: 'string',
        array: true,
        describe: 'policy document to check; all that are to be attached, one file each',
        group: 'Policy:',
      })
      .option('keep', {
        type: 'string',
        array: true,
        describe: 'name or ARN of an attached policy of --account that stays as it is',
        group: 'Policy:',
      })
      .option('format', {
        choices: ['text', 'json'] as const,
        default: 'text' as const,
        describe: 'how the answer is written',
        group: 'Output:',
      })
      .option('output', {
        type: 'string',
        describe: 'file for the answer instead of stdout',
        group: 'Output:',
      }),
  run: async (args, io) => {
    if (args['dry-run'] === true) return (await import('./athena-dry-run.ts')).dryRun(args, io, 'one');
    const fresh = await readPolicies(args);
    const input = await analyse({ ...args, ...DEFAULTS }, io);
    const attached = input.account?.policies ?? [];
    const parsed = attached.map((one): NamedPolicy => ({ name: one.name, policy: parseAttached(one) }));
    const kept = keptOf(args, attached).map((index) => parsed[index]!);
    const uses = provenUses(input.usage, 1);
    const result = verifyPolicies(input.account && parsed, fresh, uses, input.catalogue, kept);
    const text = args.format === 'json' ? `${prettyJson(result)}\n` : verificationText(result);
    if (args.output === undefined) io.out(text);
    else await writeOutputs([{ name: 'verification', text }], { kind: 'file', path: String(args.output) });
    const { complete, statement } = evidenceOf(input);
    if (!complete) io.err(`${statement}\n`);
    return exitCode(result, complete || args.allowIncomplete === true);
  },
};

/** Choices of a plan that a check does not make. */
const DEFAULTS = { resources: 'exact', graceDays: 0, minDaysSeen: 1, allowWiderWildcards: false } as const;

/** A broken policy is the answer, whatever the evidence lacks; a good one is only as good as the evidence. */
function exitCode(result: Verification, complete: boolean) {
  if (!result.ok) return EXIT.gate;
  return complete ? EXIT.done : EXIT.incomplete;
}

/** Indexes of the attached policies that `--keep` names. */
function keptOf({ keep }: Args, attached: readonly AttachedPolicy[]): readonly number[] {
  const names = Array.isArray(keep) ? keep.map(String) : [];
  return names.map((name) => {
    const index = attached.findIndex((one) => one.arn === name || one.name === name);
    if (index >= 0) return index;
    const known = attached.map((one) => one.name).join(', ');
    throw new UsageError(
      `\`--keep ${name}\` names no attached policy${known === '' ? ', for none is known: add `--account`' : `: use one of ${known}`}`,
    );
  });
}

async function readPolicies(args: Args): Promise<readonly NamedPolicy[]> {
  const paths = Array.isArray(args.policy) ? args.policy.map(String) : [];
  if (paths.length === 0 && args.keep === undefined)
    throw new UsageError('no policy given: add `--policy FILE`, once for each policy');
  return Promise.all(
    paths.map(async (path) => {
      const { value } = await readJsonFile('policy', path);
      return { name: basename(path), policy: parse(value, `\`--policy ${path}\``) };
    }),
  );
}

function parse(document: unknown, what: string) {
  const result = parsePolicy(document);
  if (result.ok) return result.policy;
  const { path, message } = result.problems[0]!;
  throw new UsageError(`${what} is not a policy that IAM takes: \`${path}\` ${message}`);
}
