/** From the numbers of one front to those of the aggregate that several share. */
import type { Aggregator, Exact } from './aggregate.ts';
import type { Taker } from './group-reader.ts';

export interface Link extends Taker {
  /** Before many records are given: see `Aggregator.touch`. */
  touch(group: number): number;
  /** Where decoded records go from now on. */
  into(exact: Exact): void;
  clear(): void;
}

export function createLink(to: Aggregator): Link {
  let identities: number[] = [];
  let templates: number[] = [];
  let groups: number[] = [];
  let target: Exact = { events: [], rejections: [] };
  return {
    identity: (caller) => void identities.push(to.identity(caller)),
    template: (identity, low, high, kept) =>
      void templates.push(to.template(identities[identity]!, low, high, kept)),
    group: (template, bucket) => void groups.push(to.group(templates[template]!, bucket)),
    grouped: (group, low, high, seconds, words, idAt) =>
      to.add(groups[group]!, low, high, seconds, words, idAt),
    touch: (group) => (group < groups.length ? to.touch(groups[group]!) : 0),
    exact: (record) => to.exact(record, target),
    into: (exact) => {
      target = exact;
    },
    clear: () => {
      identities = [];
      templates = [];
      groups = [];
    },
  };
}
