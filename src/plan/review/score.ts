/** What to cut first: how bad the removable actions are, times how much of what is granted they make up. */
import type { Finding } from '../plan.ts';

type Risk = Finding['risk'][number];

/** Our own weights, in the order of the classes in data/risk.json: who can become an administrator can do all the rest. */
const WEIGHT: Readonly<Record<Risk, number>> = {
  'privilege-escalation': 4,
  'credentials-exposure': 3,
  'data-exfiltration': 2,
  'resource-exposure': 2,
};
/** Excess without a known attack still costs attention. */
const BASE = 1;
const MOST = BASE + Object.values(WEIGHT).reduce((sum, one) => sum + one, 0);

/** Share of the granted actions that the plan takes away, 0 to 1. */
export const excessOf = (before: number | undefined, after: number): number =>
  before === undefined || before === 0 ? 0 : Math.max(0, before - after) / before;

/** 0 (nothing to cut) to 100 (everything to cut, every class of risk in it); one decimal. */
export function scoreOf(risks: readonly Risk[], excess: number): number {
  const risk = risks.reduce((sum, one) => sum + WEIGHT[one], BASE) / MOST;
  return Math.round(1000 * risk * excess) / 10;
}
