/** Findings about keep rules, and about conditions that observation would justify. */
import type { PlanInput } from '../input.ts';
import { isExpired, lastDay } from '../judge-rules.ts';
import type { Finding } from '../plan.ts';
import { makeFinding } from './make.ts';

export function expiredRules(input: PlanInput): Finding[] {
  const today = lastDay(input);
  return input.options.keepRules
    .filter((rule) => isExpired(rule, today))
    .map((rule) => {
      const patterns = [rule.action, rule.resource, rule.sid].filter((one) => one !== undefined);
      return makeFinding({
        kind: 'expired-rule',
        subject: patterns.join(' '),
        values: { owner: rule.owner, what: patterns.join(' '), when: rule.expires ?? '' },
        key: [rule.owner, rule.reason, rule.expires ?? ''],
        actions: rule.action === undefined ? [] : [rule.action],
        resources: rule.resource === undefined ? [] : [rule.resource],
        risky: false,
      });
    });
}
