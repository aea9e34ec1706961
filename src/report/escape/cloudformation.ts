/**
 * What CloudFormation would act on inside a value. Nothing is put through Fn::Sub, so `${...}` stays text; dynamic
 * references are resolved in any string and have no escape, so such a value is refused.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
import { UsageError } from '../../errors.ts';
import { clip, visible } from './visible.ts';

const refuse = (text: string, what: string): never => {
  throw new UsageError(
    `\`${clip(visible(text), 120)}\` cannot be written in this format, which would take it for ${what}: use --format policy`,
  );
};

/** @throws UsageError where a string would be resolved, or a key would be called as a function. */
export function assertLiteral(value: unknown): void {
  if (typeof value === 'string') {
    if (/\{\{\s*resolve\s*:/i.test(value)) refuse(value, 'a dynamic reference');
    return;
  }
  if (Array.isArray(value)) {
    for (const one of value) assertLiteral(one);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, one] of Object.entries(value)) {
    if (/^Fn::|^Ref$/.test(key)) refuse(key, 'a function');
    assertLiteral(key);
    assertLiteral(one);
  }
}

/** @throws UsageError where the CDK would take a string for one of its tokens. */
export function assertNoToken(value: unknown): void {
  const text = JSON.stringify(value);
  const at = text.search(/\$\{Token\[|#\{Token\[/);
  if (at >= 0) refuse(text.slice(at, at + 60), 'a token');
}

/** Letters and digits only, a letter first, all different. */
export function logicalIds(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
    const joined = words
      .map((word) => word[0]!.toUpperCase() + word.slice(1))
      .join('')
      .slice(0, 64);
    const base = /^[A-Z]/.test(joined) ? joined : `Policy${joined}`;
    let free = base;
    for (let next = 2; taken.has(free); next++) free = `${base}N${next}`;
    taken.add(free);
    return free;
  });
}
