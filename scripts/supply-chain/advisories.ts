/** Known vulnerabilities of what is shipped, as `npm audit --json` tells them. https://docs.npmjs.com/cli/commands/npm-audit */

export type Advisories =
  | { readonly kind: 'none' }
  /** One line each. */
  | { readonly kind: 'found'; readonly lines: readonly string[] }
  /** The registry does not answer the question. */
  | { readonly kind: 'unknown'; readonly why: string };

interface Audit {
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      {
        readonly severity?: string;
        readonly range?: string;
        readonly via?: readonly unknown[];
        /** Where it lies, as the lock file names places. */
        readonly nodes?: readonly string[];
      }
    >
  >;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

/**
 * Anything but a whole answer is `unknown`: no answer is not a good one. `shipped`: places of what is used at run time; an
 * advisory that names no place counts.
 */
export function readAudit(output: string, shipped: ReadonlySet<string>): Advisories {
  let audit: Audit;
  try {
    audit = JSON.parse(output) as Audit;
  } catch {
    return { kind: 'unknown', why: 'npm audit gave no JSON' };
  }
  if (typeof audit.vulnerabilities !== 'object' || audit.vulnerabilities === null)
    return { kind: 'unknown', why: audit.error?.summary || audit.message || 'npm audit gave no list' };
  const concerning = Object.entries(audit.vulnerabilities).filter(
    ([, { nodes }]) => nodes === undefined || nodes.some((path) => shipped.has(path)),
  );
  const lines = concerning.map(
    ([name, { severity, range, via }]) =>
      `${name} ${range ?? ''}: ${severity ?? 'unknown severity'}; ${(via ?? []).map(titleOf).join(', ')}`,
  );
  return lines.length === 0 ? { kind: 'none' } : { kind: 'found', lines: lines.sort() };
}

const titleOf = (via: unknown): string =>
  typeof via === 'string' ? via : String((via as { title?: unknown } | null)?.title ?? 'no title');
