/** Where a plan goes: files, stdout, and the exit code. Shared by every command that ends in one plan. */
import { EXIT, type ExitCode, RunError, UsageError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { createRedactor } from '../plan/redact.ts';
import { FORMAT_NAMES, FORMATS, type FormatName, isFormatName } from '../report/formats.ts';
import type { OutputFile } from '../report/output-file.ts';
import type { Args, Io } from './command.ts';
import { gate, parseFailOn } from './gate.ts';
import { writeOutputs } from './output.ts';
import { DEFAULT_PAGES } from './output-flags.ts';

/** What `--out` always gets, besides the formats asked for. */
const ALWAYS: readonly FormatName[] = ['policy', 'rollback', 'json', 'markdown'];

/** Formats that someone or something applies: with pseudonyms in them they would be wrong, and look right. */
const TO_APPLY: ReadonlySet<FormatName> = new Set([
  'policy',
  'rollback',
  'terraform',
  'terraform-document',
  'cloudformation',
  'cloudformation-json',
  'cdk',
  'vault',
]);

/** @throws UsageError where one of the formats is not for reading. */
function refuseToApply(formats: readonly FormatName[]): void {
  const wrong = formats.find((name) => TO_APPLY.has(name));
  if (wrong !== undefined)
    throw new UsageError(
      `\`--redact\` makes reports and \`--format ${wrong}\` is there to be applied: leave one of them out`,
    );
}

/** `--pages` of a review: with `--redact` those of the default that are for reading. */
export function pageFormats({ pages, redact }: Args): readonly FormatName[] {
  const formats = formatsOf(pages);
  if (redact !== true) return formats;
  if (pages !== DEFAULT_PAGES) refuseToApply(formats);
  return formats.filter((name) => !TO_APPLY.has(name));
}

/** The formats of a comma-separated list. @throws UsageError for an unknown one. */
export function formatsOf(value: unknown): readonly FormatName[] {
  const names = String(value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return names.map((name) => {
    if (!isFormatName(name))
      throw new UsageError(`\`--format ${name}\` is not known: use ${FORMAT_NAMES.join(', ')}`);
    return name;
  });
}

/**
 * Reads the output flags, so that a mistake in them shows before an hour of reading logs; the value returned writes the
 * files, prints, and then says by error or exit code what CI should do: 2 for a gate, 3 for incomplete evidence.
 */
export function delivery(args: Args, io: Io): (plan: Plan) => Promise<ExitCode> {
  const formats = formatsOf(args.format);
  const conditions = parseFailOn([String(args['fail-on'] ?? '')]);
  const out = text(args.out);
  const output = text(args.output);
  if (output !== undefined && out !== undefined)
    throw new UsageError('`--output` names one file and `--out` a folder: give one of them');
  if (out === undefined && formats.length > 1)
    throw new UsageError(`\`--format ${String(args.format)}\` is several formats: name a folder with --out`);
  const redact = args.redact === true;
  if (redact) refuseToApply(formats);
  const always = redact ? ALWAYS.filter((name) => !TO_APPLY.has(name)) : ALWAYS;
  const options = {
    colour: io.colour && output === undefined,
    width: io.width,
    ...(text(args['policy-path']) === undefined ? {} : { policyPath: String(args['policy-path']) }),
  };
  return async (plan) => {
    const shown = redact ? createRedactor().plan(plan) : plan;
    const files = (name: FormatName): readonly OutputFile[] => FORMATS[name].files(shown, options);
    if (out !== undefined) {
      const names = [...new Set([...always, ...formats])];
      const written = await writeOutputs(names.flatMap(files), { kind: 'directory', path: out });
      if (args.quiet !== true) io.err(`wrote ${written.join(', ')}\n`);
    }
    const printed = out === undefined ? (formats[0] ?? 'summary') : 'summary';
    await writeOutputs(
      files(printed),
      output === undefined ? { kind: 'stdout', out: (line) => io.out(line) } : { kind: 'file', path: output },
    );
    gate(plan, conditions);
    if (!plan.proof.fits)
      throw new RunError(
        `the new policies are larger than IAM takes and cannot be applied: ${plan.proof.fitDetail ?? ''}`,
      );
    return plan.evidence.complete || args['allow-incomplete'] === true ? EXIT.done : EXIT.incomplete;
  };
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === '' ? undefined : String(value);
