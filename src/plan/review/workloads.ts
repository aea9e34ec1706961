/** Which workloads used a role, by what makes a workload: a function, a fleet of instances, the tasks of a cluster, a pod. */
import type { PrincipalUsage, UsageEntry } from '../../usage/usage.ts';

export interface Workload {
  /** A function's ARN, `EC2 instances in eu-west-1 of 111122223333`, a service account's name. */
  readonly name: string;
  /** Credentials of how many functions, instances or tasks. */
  readonly members: number;
  readonly entries: readonly UsageEntry[];
}

export interface Workloads {
  readonly workloads: readonly Workload[];
  /** True where more were seen than the ledger keeps apart. */
  readonly more: boolean;
  /** Used by callers that the log does not name. */
  readonly unnamed: readonly UsageEntry[];
}

/**
 * Instances of a fleet and tasks of a cluster come and go with the same code, so each is one workload; the log does not
 * tell which group an instance belongs to.
 */
const FLEETS: readonly (readonly [pattern: RegExp, name: (match: RegExpExecArray) => string])[] = [
  [
    /^arn:[a-z-]+:ec2:([a-z0-9-]+):(\d{12}):instance\//,
    ([, region, account]) => `EC2 instances in ${region} of ${account}`,
  ],
  [
    /^arn:[a-z-]+:ecs:([a-z0-9-]+):\d{12}:(?:task|service|container-instance)\/([^/]+)\/./,
    ([, region, cluster]) => `ECS tasks of cluster ${cluster} in ${region}`,
  ],
  // A function with its version or alias is the function.
  [/^(arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[^:]+):[^:]+$/, ([, arn]) => arn!],
];

export function workloadName(workload: string): string {
  for (const [pattern, name] of FLEETS) {
    const match = pattern.exec(workload);
    if (match) return name(match);
  }
  return workload;
}

export function workloadsOf(usage: PrincipalUsage): Workloads {
  const members = new Map<string, Set<string>>();
  for (const one of usage.workloads.values) {
    const name = workloadName(one);
    members.set(name, (members.get(name) ?? new Set<string>()).add(one));
  }
  const names = [...members.keys()].sort();
  return {
    workloads: names.map((name) => ({
      name,
      members: members.get(name)!.size,
      // An entry that names only some of its workloads may belong to any: a split may grant too much, never too little.
      entries: usage.entries.filter(
        ({ workloads }) => workloads.more || workloads.values.some((one) => workloadName(one) === name),
      ),
    })),
    more: usage.workloads.more,
    unnamed: usage.entries.filter(({ workloads }) => workloads.values.length === 0),
  };
}

/** Distinct actions of entries that were used for certain. */
export const actionsOf = (entries: readonly UsageEntry[]): number =>
  new Set(entries.filter((one) => one.level !== 'possible').map((one) => one.action)).size;
