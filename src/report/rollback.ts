/** The way back as files: the old documents and a shell script that restores them. */
import type { Plan } from '../plan/plan.ts';
import { rollbackOf } from '../plan/rollback.ts';
import { policyText } from './document-text.ts';
import { shellWord } from './escape/shell.ts';
import { visible } from './escape/visible.ts';
import { type OutputFile, safeNames } from './output-file.ts';

/** `rollback.sh` and `rollback-<policy>.json`; nothing where there is nothing to go back to. */
export function rollbackFiles(plan: Plan): readonly OutputFile[] {
  const { documents, steps } = rollbackOf(plan);
  if (steps.length === 0) return [];
  const names = safeNames(documents.map((one) => `rollback-${one.policy}`)).map((name) => `${name}.json`);
  const lines = steps.flatMap(({ about, words }) => [
    '',
    `# ${visible(about)}`,
    words.map((word) => shellWord(typeof word === 'string' ? word : `file://${names[word.file]}`)).join(' '),
  ]);
  const head = [
    '#!/bin/sh',
    `# Takes ${visible(plan.principal.kind)} ${visible(plan.principal.name)} back to the policies it had before the plan.`,
    '# Run it in this folder. A managed policy holds five versions: delete one first where it is full.',
    'set -eu',
  ];
  return [
    { name: 'rollback.sh', text: `${[...head, ...lines].join('\n')}\n` },
    ...documents.map((one, i) => ({ name: names[i]!, text: `${policyText(one.document)}\n` })),
  ];
}
