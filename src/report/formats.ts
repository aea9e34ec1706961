/** Every form a plan can take. One row a format; `generate`, `render` and the docs read this table and nothing else. */
import type { Plan } from '../plan/plan.ts';
import { renderComment } from './comment.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import type { OutputFile } from './output-file.ts';
import { policyFiles } from './policy.ts';
import { renderTerminal } from './terminal.ts';

export interface RenderOptions {
  readonly colour: boolean;
  readonly width: number;
}

export interface Format {
  /** One line for --help. */
  readonly about: string;
  /** The files of this format; none where the plan holds nothing for it. */
  readonly files: (plan: Plan, options: RenderOptions) => readonly OutputFile[];
}

const one =
  (name: string, render: (plan: Plan, options: RenderOptions) => string): Format['files'] =>
  (plan, options) => [{ name, text: render(plan, options) }];

export const FORMATS = {
  summary: { about: 'what a person reads first, for a terminal', files: one('summary.txt', renderTerminal) },
  json: {
    about: 'result.json, from which every other format is rendered',
    files: one('result.json', renderJson),
  },
  policy: { about: 'the tightened policy documents', files: policyFiles },
  markdown: { about: 'the removal report in full', files: one('report.md', renderMarkdown) },
  comment: {
    about: 'a pull-request comment below 65,536 characters',
    files: one('comment.md', renderComment),
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** True for the name of a format; own names only. */
export const isFormatName = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
