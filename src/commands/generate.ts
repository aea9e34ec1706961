/** The default command: one principal's plan, to the terminal and to --out. */
import { buildPlan } from '../plan/build.ts';
import type { Plan } from '../plan/plan.ts';
import { analyse } from './analyse.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Command, Io } from './command.ts';
import { delivery } from './deliver.ts';
import { generateFlags } from './generate-flags.ts';

export const command: Command = {
  ownOutput: true,
  builder: generateFlags,
  run: async (args, io) => {
    if (args['dry-run'] === true) return (await import('./athena-dry-run.ts')).dryRun(args, io, 'one');
    const deliver = delivery(args, io);
    const plan = buildPlan(await analyse(args, io));
    return deliver(args['access-analyzer'] === true ? await withAccessAnalyzer(plan, args, io) : plan);
  },
};

/** Asked for by flag, never by default: the documents go to AWS and one of the calls is charged. */
async function withAccessAnalyzer(plan: Plan, args: Args, io: Io): Promise<Plan> {
  const [{ awsClientConfig }, { askAccessAnalyzer }] = await Promise.all([
    import('../trail/aws-config.ts'),
    import('../plan/access-analyzer.ts'),
  ]);
  const config = await awsClientConfig(awsOptions(args as AwsArgs));
  const accessAnalyzer = await askAccessAnalyzer(plan, { config, signal: io.signal });
  return { ...plan, proof: { ...plan.proof, accessAnalyzer } };
}
