/** The answer of `verify` for people: one line a problem, the verdict last. */
import type { Verification } from '../plan/verify.ts';
import { visible } from './escape/visible.ts';

export function verificationText(result: Verification): string {
  const lines: string[] = [];
  for (const one of result.broken) {
    lines.push(
      `denied: ${one.action} on ${one.resource}: ${one.count} ${one.count === 1 ? 'call' : 'calls'} (${one.eventNames.join(', ')}) would fail: ${one.reason}`,
    );
    if (one.deniedBy.length > 0) lines.push(`  denied by ${one.deniedBy.join(', ')}`);
    if (one.allowedBy.length > 0) lines.push(`  was allowed by ${one.allowedBy.join(', ')}`);
    if (one.sampleEventIds.length > 0) lines.push(`  events ${one.sampleEventIds.join(', ')}`);
  }
  const { containment } = result;
  if (containment.verdict === 'violated' || containment.verdict === 'not-proven') {
    lines.push(`${containment.verdict === 'violated' ? 'grows' : 'not proven'}: ${containment.detail}`);
    const context = containment.counterexample?.context ?? [];
    if (context.length > 0)
      lines.push(`  with ${context.map(([key, value]) => `${key}=${value}`).join(', ')}`);
    if (result.grownBy.length > 0) lines.push(`  allowed by ${result.grownBy.join(', ')}`);
  }
  for (const one of result.tooLarge)
    lines.push(`too large: ${one.policy} has ${one.characters} characters of ${one.limit}`);
  const replayed = `${result.uses} permissions replayed, ${result.broken.length} would be denied`;
  const outside =
    result.notGrantedBefore > 0 ? `, ${result.notGrantedBefore} never granted by these policies` : '';
  const access =
    containment.verdict === 'not-compared'
      ? 'old policies not given'
      : `access growth: ${containment.verdict}`;
  lines.push(`${result.ok ? 'ok' : 'failed'}: ${replayed}${outside}; ${access}`);
  return `${lines.map(visible).join('\n')}\n`;
}
