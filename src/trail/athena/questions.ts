/** The two queries of a run and the values they are asked with. What a dry run shows is what a run sends. */

import type { DayRange } from '../days.ts';
import { deliveryDays } from '../days.ts';
import type { ReadOptions } from '../source.ts';
import { literal } from './sql.ts';

/** Texts of queries/ by file name. */
export interface QueryTexts {
  readonly coverage: string;
  readonly one: string;
  readonly all: string;
}

export interface Question {
  /** File name in queries/, without its ending. */
  readonly name: 'coverage' | 'usage-by-principal' | 'usage-all-principals';
  readonly text: string;
  /** SQL literals in the order of the `?`. */
  readonly parameters: readonly string[];
}

export type Asked = Pick<ReadOptions, 'window' | 'principals'> & { readonly slackDays?: number };

/** Delivery days whose partitions the queries open. */
export const askedDays = ({ window, slackDays = 1 }: Asked): DayRange => deliveryDays(window, slackDays);

/** The one account whose partitions are opened; undefined: all. Every event of a principal is delivered to its own account. */
export const askedAccount = ({ principals }: Asked): string | undefined =>
  principals?.length === 1 ? principals[0]!.accountId : undefined;

/** First what there is, then the usage of one principal or of all. */
export function questionsOf(texts: QueryTexts, asked: Asked): readonly [Question, Question] {
  const { window, principals } = asked;
  const only = principals?.length === 1 ? principals[0] : undefined;
  const days = askedDays(asked);
  const partitions = [days.first, days.last].map((day) => day.replaceAll('-', '/'));
  const moments = [window.from, window.to].map((time) => new Date(time).toISOString().replace('.000Z', 'Z'));
  const account = askedAccount(asked) ?? '';
  const name = only ? `/${only.name.toLowerCase()}` : '';
  const narrowed = [...partitions, account, account, ...moments, name, account].map(literal);
  return [
    { name: 'coverage', text: texts.coverage, parameters: narrowed },
    only
      ? { name: 'usage-by-principal', text: texts.one, parameters: narrowed }
      : {
          name: 'usage-all-principals',
          text: texts.all,
          parameters: [...partitions, ...moments].map(literal),
        },
  ];
}
