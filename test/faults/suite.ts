/** One test a fault, or one test for a sweep of many: each fault that ran is told to the reporter by kind and name. */
import { it, type TestContext } from 'vitest';

export type FaultKind = 'bytes' | 'json' | 'events' | 's3' | 'disk' | 'process' | 'athena' | 'iam';

declare module 'vitest' {
  interface TaskMeta {
    faults?: { kind: FaultKind; name: string }[];
  }
}

/** Every fault of a test, whether its answer was right or not: what failed is a violation, not a fault less. */
function tell({ task }: TestContext, kind: FaultKind, names: readonly string[]): void {
  task.meta.faults = names.map((name) => ({ kind, name }));
}

/** A test for each row. */
export function faultTests<T extends { readonly name: string }>(
  kind: FaultKind,
  rows: readonly T[],
  run: (row: T) => Promise<void> | void,
): void {
  it.for(rows.map((row) => [row.name, row] as const))('%s', async ([name, row], context) => {
    tell(context, kind, [name]);
    await run(row);
  });
}

/** `npm test` takes one in eight of a sweep; `npm run faults` takes all. */
const ALL = process.env.GEN_POLICY_FAULTS === 'all';

/** One test for rows too many and too alike to be listed: fails with the first few that went wrong. */
export function faultSweep<T>(
  kind: FaultKind,
  what: string,
  all: readonly T[],
  run: (row: T) => Promise<void> | void,
): void {
  const rows = ALL ? all : all.filter((_, at) => at % 8 === 0);
  it(what, { timeout: 600_000 }, async (context) => {
    tell(
      context,
      kind,
      rows.map((row) => `${what}: ${String(row)}`),
    );
    const wrong: string[] = [];
    for (const row of rows)
      try {
        await run(row);
      } catch (error) {
        wrong.push(`${String(row)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    if (wrong.length > 0)
      throw new Error(`${wrong.length} of ${rows.length} violate: ${wrong.slice(0, 12).join('\n')}`);
  });
}
