/** Flags that shape the policy, checked. */
import { UsageError } from '../errors.ts';
import type { KeepRule, PlanOptions } from '../plan/input.ts';
import type { Args } from './command.ts';

/** Quota `managed policies per role`: 20 by default. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_POLICIES = 20;

export function planOptions(args: Args, keepRules: readonly KeepRule[]): PlanOptions {
  return {
    resources: args.resources as PlanOptions['resources'],
    conditions: list(args.conditions),
    graceDays: wholeNumber('grace-days', args.graceDays, 0),
    keepRules,
    allowWiderWildcards: args.allowWiderWildcards === true,
    maxManagedPolicies: MANAGED_POLICIES,
    minDaysSeen: wholeNumber('min-days-seen', args.minDaysSeen, 1),
  };
}

const list = (value: unknown): readonly string[] =>
  value === undefined
    ? []
    : [
        ...new Set(
          String(value)
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== ''),
        ),
      ].sort();

function wholeNumber(flag: string, value: unknown, least: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw new UsageError(`\`--${flag} ${value}\` is no whole number from ${least}`);
  return value;
}
