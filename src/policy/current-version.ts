/**
 * A policy older than Version 2012-10-17 reads `${` as plain text, and cannot escape. Written under the current Version
 * it can: `${$}` there is the `$` that starts no variable.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import { operatorOf } from './conditions.ts';
import type { Condition, JsonConditionValue, Policy, Statement } from './document.ts';
import { asPattern } from './pattern.ts';

export const CURRENT_VERSION = '2012-10-17';

const known = new WeakMap<Policy, Policy>();

/** The same meaning under the current Version; the same object where it has that Version already, or was asked for before. */
export function inCurrentVersion(policy: Policy): Policy {
  if (policy.version === CURRENT_VERSION) return policy;
  const current = known.get(policy) ?? {
    ...policy,
    version: CURRENT_VERSION,
    statements: policy.statements.map(escaped),
  };
  known.set(policy, current);
  return current;
}

/** The statement itself where no text of it would be read anew. */
function escaped(statement: Statement): Statement {
  const { resource, conditions } = statement;
  if (!resource.patterns.some(startsVariable) && !conditions.some(mayHoldVariable)) return statement;
  return {
    ...statement,
    resource: {
      ...resource,
      patterns: resource.patterns.map((pattern) => asPattern(withoutVariables(pattern))),
    },
    conditions: conditions.map((condition) =>
      mayHoldVariable(condition) ? escapedCondition(condition) : condition,
    ),
  };
}

const startsVariable = (text: string): boolean => text.includes('${');
const withoutVariables = (text: string): string => text.replaceAll('${', '${$}{');

/** Variables are read in the values of string and ARN operators alone. */
function mayHoldVariable({ operator, values }: Condition): boolean {
  const type = operatorOf(operator)?.type;
  return (type === 'string' || type === 'arn') && values.some(startsVariable);
}

function escapedCondition({ written, ...condition }: Condition): Condition {
  return {
    ...condition,
    values: condition.values.map(withoutVariables),
    ...(written === undefined ? {} : { written: escapedJson(written) }),
  };
}

const escapedJson = (value: JsonConditionValue): JsonConditionValue =>
  typeof value === 'string'
    ? withoutVariables(value)
    : typeof value === 'object'
      ? value.map((one) => (typeof one === 'string' ? withoutVariables(one) : one))
      : value;
