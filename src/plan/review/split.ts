/** A role shared by several workloads, split: for each what it would need if it had a role of its own. */
import { isExpected } from '../../errors.ts';
import { buildPlan } from '../build.ts';
import type { PlanInput } from '../input.ts';
import type { PlanPolicy } from '../plan.ts';
import { actionsOf, type Workload, workloadsOf } from './workloads.ts';

/** What a share is in index.json. */
export interface Share {
  readonly workload: string;
  /** Credentials of how many functions, instances or tasks. */
  readonly members: number;
  /** Actions it used. */
  readonly used: number;
  /** Actions its own policies would allow, and their file; absent where no split is proposed. */
  readonly granted?: number;
  readonly file?: string;
}

export interface Split {
  readonly shares: readonly Share[];
  /** File name and policies of each share. */
  readonly files: readonly (readonly [name: string, proposal: Proposal])[];
  /** Actions used by callers that the log does not name; they are in no share. */
  readonly unnamed: number;
  /** Why no split is proposed, where none is. */
  readonly why?: string;
}

export interface Proposal {
  readonly workload: string;
  readonly policies: readonly PlanPolicy[];
}

/** Planning is done anew for each workload: past these many a split would cost more than it helps. */
const MOST = 8;

/**
 * The policies of each share are the plan of the role with nothing but that workload's use in it: inside the old grants,
 * proven like every plan, and with all that could not have been observed. Undefined for what one workload uses.
 */
export function splitOf(input: PlanInput): Split | undefined {
  if (input.usage.principal.kind !== 'role') return undefined;
  const { workloads, more, unnamed } = workloadsOf(input.usage);
  if (workloads.length < 2) return undefined;
  const bare = (why: string): Split => ({
    shares: workloads.slice(0, MOST).map(plain),
    files: [],
    unnamed: actionsOf(unnamed),
    why,
  });
  if (more || workloads.length > MOST)
    return bare(
      `${more ? 'more than ' : ''}${workloads.length} workloads share it: give each kind a role first`,
    );
  try {
    const plans = workloads.map((one) => ({ one, plan: buildPlan(forWorkload(input, one)) }));
    const files = plans.map(
      ({ one, plan }, index) =>
        [`split-${index + 1}.json`, { workload: one.name, policies: plan.after.policies }] as const,
    );
    return {
      shares: plans.map(({ one, plan }, index) => ({
        ...plain(one),
        granted: plan.after.actionCount,
        file: files[index]![0],
      })),
      files,
      unnamed: actionsOf(unnamed),
    };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return bare(error.message);
  }
}

const plain = ({ name, members, entries }: Workload): Share => ({
  workload: name,
  members,
  used: actionsOf(entries),
});

const forWorkload = (input: PlanInput, { entries }: Workload): PlanInput => ({
  ...input,
  usage: { ...input.usage, entries, denials: [], unmapped: [] },
});
