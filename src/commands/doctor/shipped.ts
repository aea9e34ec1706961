/** The files under policies/: each module as JSON and as a Terraform module, and what `snapshot` needs in one document. */
import { MODULES, neededParts, PARTS } from './needs.ts';
import { moduleTerraform, ownPolicy, policyJson } from './own-policy.ts';

/** [path below policies/, text], sorted by path. */
export function shippedPolicies(): readonly (readonly [path: string, text: string])[] {
  const live = ['snapshot', 'account:live', 'kind:role', 'kind:user', 'trails:live'];
  const account = [...neededParts(new Set(live)), ...PARTS.filter((part) => part.sid === 'NearNames')];
  const files = MODULES.flatMap((module) => {
    const parts = PARTS.filter((part) => part.module === module);
    return [
      [`${module}.json`, policyJson(ownPolicy(parts, {}))] as const,
      [`terraform/${module}/main.tf`, moduleTerraform(module, parts)] as const,
    ];
  });
  return [...files, ['read-account.json', policyJson(ownPolicy(account, {}))] as const].sort((a, b) =>
    a[0] < b[0] ? -1 : 1,
  );
}
