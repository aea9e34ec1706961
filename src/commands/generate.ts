/** The default command: one principal's plan, to the terminal and to --out. */
import { buildPlan } from '../plan/build.ts';
import { analyse } from './analyse.ts';
import type { Command } from './command.ts';
import { delivery } from './deliver.ts';
import { generateFlags } from './generate-flags.ts';

export const command: Command = {
  builder: generateFlags,
  run: async (args, io) => {
    const deliver = delivery(args, io);
    return deliver(buildPlan(await analyse(args, io)));
  },
};
