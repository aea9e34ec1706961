/** Which licences the packages come under: permissive ones at run time, nothing stricter than file-level copyleft to build. */
import { existsSync, readFileSync } from 'node:fs';
import { type LockedPackage, lockedPackages } from './lock.ts';

const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]);
/** Tools that are run and never shipped may also come under these. */
const TOOLS: ReadonlySet<string> = new Set([...PERMISSIVE, 'CC-BY-4.0', 'MPL-2.0', 'Python-2.0']);

/** Whether an SPDX expression can be met within `allowed`. Parentheses, AND and OR; anything else is no. */
export function meets(expression: string, allowed: ReadonlySet<string>): boolean {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const term = (): boolean => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && allowed.has(token);
    const inner = either();
    return tokens[at++] === ')' && inner;
  };
  const both = (): boolean => {
    let result = term();
    while (tokens[at] === 'AND') {
      at += 1;
      result = term() && result;
    }
    return result;
  };
  const either = (): boolean => {
    let result = both();
    while (tokens[at] === 'OR') {
      at += 1;
      result = both() || result;
    }
    return result;
  };
  return either() && at === tokens.length;
}

/** One line for each package that may not be used, or whose lock entry says another licence than the package itself. */
export function licenceProblems(root: string): readonly string[] {
  return lockedPackages(root).flatMap((one) => {
    const told = one.license ?? 'none';
    const installed = installedLicence(root, one) ?? told;
    if (installed !== told)
      return [`${one.path}: the lock file says \`${told}\`, the package \`${installed}\``];
    if (meets(told, one.dev === true ? TOOLS : PERMISSIVE)) return [];
    return [`${one.path}: \`${told}\` is not allowed ${one.dev === true ? 'for a tool' : 'at run time'}`];
  });
}

/** Packages for other platforms are not installed here; their lock entry is all there is. */
function installedLicence(root: string, { path }: LockedPackage): string | undefined {
  const file = `${root}${path}/package.json`;
  if (!existsSync(file)) return undefined;
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: unknown };
  return typeof license === 'string' ? license : undefined;
}
