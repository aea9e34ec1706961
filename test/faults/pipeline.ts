/** From any source to a judged plan, as the command goes, with a source whose time-outs a test can set. */
import { Readable } from 'node:stream';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Args } from '../../src/commands/command.ts';
import { collect } from '../../src/commands/evidence.ts';
import { readGranted } from '../../src/commands/granted.ts';
import { planInput } from '../../src/commands/plan-input.ts';
import { EXIT, isExpected } from '../../src/errors.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { TrailSource } from '../../src/trail/source.ts';
import type { Ran } from '../support/run.ts';
import { DAYS } from './world.ts';

export const WINDOW = {
  from: Date.parse(`${DAYS[0]}T00:00:00Z`),
  to: Date.parse(`${DAYS[2]}T00:00:00Z`) + 86_400_000,
};
const OPTIONS = {
  resources: 'auto',
  conditions: [],
  graceDays: 14,
  keepRules: [],
  allowWiderWildcards: false,
  maxManagedPolicies: 20,
  minDaysSeen: 1,
  leftOut: [],
} as const;

/** Reads the source to a plan for the world's role; errors become exit codes as the command's do. */
export async function planOf(source: TrailSource, account: string): Promise<Ran> {
  const io = {
    out: () => undefined,
    err: () => undefined,
    stdin: Readable.from([]),
    env: {},
    tty: false,
    colour: false,
    width: 100,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 7, 30),
  };
  try {
    const catalogue = await loadCatalogue();
    const { resolve } = createResolver(catalogue);
    const filter = { kind: 'role', name: 'app', accountId: '111122223333' } as const;
    const args = { account, source: 'dir', _: [], $0: '' } as Args;
    const granted = await readGranted(args, filter, io);
    const evidence = await collect(source, { window: WINDOW, wanted: [filter], resolve, quiet: true }, io);
    const usage = evidence.ledger.usage(granted.principal!);
    const plan = buildPlan(
      planInput({ evidence, usage, granted, catalogue, window: WINDOW, options: OPTIONS }),
    );
    return { code: plan.evidence.complete ? EXIT.done : EXIT.incomplete, out: JSON.stringify(plan), err: '' };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { code: error.exitCode, out: '', err: `gen-policy: ${error.message}\n` };
  }
}
