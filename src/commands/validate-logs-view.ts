/** The result of `validate-logs` as people read it: one line a finding, then what was found in all. */
import { FAULTS, type Finding } from '../trail/digest/finding.ts';
import { chainName } from '../trail/digest/key.ts';
import type { ChainReport, Counts, ValidationReport } from '../trail/digest/validate.ts';

const STATUS = { valid: 'valid', invalid: 'INVALID', unverified: 'not verified' } as const;

/** `report.findings` are those to name. */
export function validationText(report: ValidationReport, complete: boolean): string {
  const { findings, chains, digests, logs, copied } = report;
  const lines = findings.map(findingLine);
  if (lines.length > 0) lines.push('');
  for (const chain of chains) lines.push(...chainLines(chain));
  if (chains.length === 0) lines.push('no digest files in the window: nothing can be validated');
  lines.push('', countLine('digest', digests), countLine('log', logs));
  if (copied)
    lines.push(
      '',
      'A copy keeps neither the metadata with the signatures nor bucket names. Digests are verified by the signature that',
      'the next one holds, so that the newest of each chain, and the files only it lists, cannot be; buckets are not checked.',
    );
  lines.push('', verdict(report, complete));
  return `${lines.map(printable).join('\n')}\n`;
}

const NAMED = 20;

/** What digests could show of the evidence of a run, and what was left out of it. */
export function validationNotes({ digests, logs }: ValidationReport, tampered: readonly Finding[]): string[] {
  const named = tampered.slice(0, NAMED).map((one) => `not taken as evidence: ${findingLine(one)}`);
  const more = tampered.length - named.length;
  const rest = more > 0 ? [`and ${more} more; \`gen-policy validate-logs\` names all`] : [];
  return [`${countLine('digest', digests)}; ${countLine('log', logs)}`, ...named, ...rest].map(printable);
}

function findingLine({ kind, name, status, fault, detail }: Finding): string {
  const what = kind === 'digest' ? 'Digest file' : 'Log file';
  const why = fault === undefined ? '' : `: ${FAULTS[fault]}${detail === undefined ? '' : ` (${detail})`}`;
  return `${what}  ${name}  ${STATUS[status]}${why}`;
}

function chainLines(chain: ChainReport): readonly string[] {
  const lines = [`Chain ${chainName(chain)}: ${countLine('digest', chain.digests)}`];
  for (const { from, to } of chain.gaps)
    lines.push(`  no digests were made from ${time(from)} to ${time(to)}: logging or validation was off`);
  if (chain.tail) {
    const { from, to, overdue } = chain.tail;
    const why = overdue ? 'digests are missing or were stopped' : 'not yet covered';
    lines.push(`  no digest after ${time(from)} (window to ${time(to)}): ${why}`);
  }
  return lines;
}

function countLine(what: string, { valid, invalid, unverified }: Counts): string {
  const all = valid + invalid + unverified;
  const parts = [`${valid}/${all} ${what} files valid`];
  if (invalid > 0) parts.push(`${invalid}/${all} INVALID`);
  if (unverified > 0) parts.push(`${unverified}/${all} not verified`);
  return parts.join(', ');
}

function verdict({ digests, logs }: ValidationReport, complete: boolean): string {
  if (digests.invalid + logs.invalid > 0)
    return 'INVALID: files were altered, moved or removed after CloudTrail delivered them';
  if (complete) return 'valid: every log file of the window is as CloudTrail delivered it';
  return digests.valid === 0
    ? 'not verified: no digest could be verified'
    : 'partly verified: nothing was found altered, but not all of the window can be shown';
}

const time = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** Names come from whoever could write to the bucket. */
const printable = (text: string): string =>
  text.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, '?');
