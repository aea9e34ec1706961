/** Flags that shape the policy, checked. */
import { UsageError } from '../errors.ts';
import type { KeepRule, PlanOptions } from '../plan/input.ts';
import { CONDITION_NAMES } from '../plan/synthesise-conditions.ts';
import type { Args } from './command.ts';

export function planOptions(args: Args, keepRules: readonly KeepRule[]): PlanOptions {
  return {
    resources: args.resources as PlanOptions['resources'],
    conditions: list(args.conditions).map(knownCondition),
    graceDays: wholeNumber('grace-days', args.graceDays, 0),
    keepRules,
    allowWiderWildcards: args.allowWiderWildcards === true,
    replaceGroups: args.replaceGroups === true,
    ...(args.maxManagedPolicies === undefined
      ? {}
      : { maxManagedPolicies: wholeNumber('max-managed-policies', args.maxManagedPolicies, 1) }),
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

/** A misspelt condition must not be passed over in silence. */
function knownCondition(name: string): string {
  if (CONDITION_NAMES.includes(name)) return name;
  throw new UsageError(`\`--conditions ${name}\` is not known: use ${CONDITION_NAMES.join(', ')}`);
}
