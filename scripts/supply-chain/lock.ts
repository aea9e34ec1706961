/** The lock file as the checks read it. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
import { readFileSync } from 'node:fs';

export interface LockedPackage {
  /** Where it lies, e.g. `node_modules/yargs`. */
  readonly path: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Every package of `package-lock.json` in a folder but the root, sorted by path. */
export function lockedPackages(root: string): readonly LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, Omit<LockedPackage, 'path'>>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, one]) => ({ ...one, path }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const runtimePackages = (root: string): readonly LockedPackage[] =>
  lockedPackages(root).filter((one) => one.dev !== true);

/** `name@version`, as an SBOM calls a package. */
export const packageRef = ({ path, version }: LockedPackage): string =>
  `${path.replace(/^.*node_modules\//, '')}@${version}`;
