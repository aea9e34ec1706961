/** A findings.csv that reviewers have filled in, read back: what they decided to keep becomes keep rules. */
import { parseCsv } from '../../account/csv.ts';
import { UsageError } from '../../errors.ts';
import type { KeepRule } from '../input.ts';
import { parseKeepRules } from '../keep-rules.ts';

const COLUMNS = ['principal', 'statement', 'actions', 'reviewer', 'decision', 'reason', 'expires'] as const;

export interface Decisions {
  /** Keep rules by the ARN of the principal. */
  readonly rules: ReadonlyMap<string, readonly KeepRule[]>;
  /** Rows to keep that name no action, so that no rule can come of them. */
  readonly idle: number;
}

/**
 * `keep` in the column `decision` keeps the row's actions as granted, in its statement where that has a Sid, until the
 * day in `expires`. `remove` and an empty field leave the plan alone.
 * @throws UsageError naming file and line for another word, and for a keep without reviewer or reason.
 */
export function parseDecisions(text: string, origin: string): Decisions {
  const [header, ...lines] = parseCsv(text) ?? [];
  const missing = COLUMNS.find((column) => !header?.includes(column));
  if (!header || missing !== undefined)
    throw new UsageError(
      `\`${origin}\` is not a findings.csv of gen-policy: ${header ? `column \`${missing}\` is missing` : 'it is no CSV'}`,
    );
  const rules = new Map<string, KeepRule[]>();
  let idle = 0;
  lines.forEach((fields, index) => {
    const where = `row ${index + 2} of \`${origin}\``;
    if (fields.length !== header.length)
      throw new UsageError(
        `${where} has ${fields.length} fields instead of ${header.length}: save it as CSV with commas`,
      );
    const at = (column: (typeof COLUMNS)[number]): string => (fields[header.indexOf(column)] ?? '').trim();
    const decision = at('decision').toLowerCase();
    if (decision === '' || decision === 'remove') return;
    if (decision !== 'keep')
      throw new UsageError(`${where} decides \`${at('decision')}\`: write keep or remove, or leave it empty`);
    const actions = at('actions')
      .split('|')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (actions.length === 0) idle += 1;
    const sid = at('statement');
    const known = rules.get(at('principal')) ?? [];
    const fresh = actions.map((action) => ({
      action,
      ...(sid === '' || sid.startsWith('#') ? {} : { sid }),
      owner: at('reviewer'),
      reason: at('reason'),
      ...(at('expires') === '' ? {} : { expires: at('expires') }),
    }));
    for (const [column, value] of [
      ['reviewer', at('reviewer')],
      ['reason', at('reason')],
    ] as const)
      if (value === '')
        throw new UsageError(`${where} keeps without a ${column}: somebody must answer for it`);
    rules.set(at('principal'), [...known, ...parseKeepRules(fresh, where)]);
  });
  return { rules, idle };
}
