/** The default command: one principal's plan, to the terminal and to --out. */
import { EXIT, type ExitCode } from '../errors.ts';
import { buildPlan } from '../plan/build.ts';
import type { Plan } from '../plan/plan.ts';
import { FORMATS } from '../report/formats.ts';
import { analyse } from './analyse.ts';
import type { Args, Command, Io } from './command.ts';
import { generateFlags } from './generate-flags.ts';
import { writeOutputs } from './output.ts';

/** What `--out` gets. */
const FILES = ['policy', 'rollback', 'json', 'markdown'] as const;

export const command: Command = {
  builder: generateFlags,
  run: async (args, io) => {
    return deliver(buildPlan(await analyse(args, io)), args, io);
  },
};

/** Writes the files, prints the summary, and says by its exit code whether the evidence was complete. */
export async function deliver(plan: Plan, args: Args, io: Io): Promise<ExitCode> {
  const options = { colour: io.colour, width: io.width };
  if (args.out !== undefined) {
    const files = FILES.flatMap((format) => FORMATS[format].files(plan, options));
    const written = await writeOutputs(files, { kind: 'directory', path: String(args.out) });
    if (args.quiet !== true) io.err(`wrote ${written.join(', ')}\n`);
  }
  for (const file of FORMATS.summary.files(plan, options)) io.out(file.text);
  return plan.evidence.complete || args['allow-incomplete'] === true ? EXIT.done : EXIT.incomplete;
}
