/** split-<n>.json: the policies that one workload of a shared role would need in a role of its own. */
import type { Split } from '../../plan/review/split.ts';
import { prettyJson } from '../escape/json.ts';
import type { OutputFile } from '../output-file.ts';

export const splitFiles = (split: Split | undefined): readonly OutputFile[] =>
  (split?.files ?? []).map(([name, { workload, policies }]) => ({
    name,
    text: `${prettyJson({
      workload,
      policies: policies.map((one) => ({ name: one.name, document: one.document })),
    })}\n`,
  }));
