/**
 * Walks one chain from its newest digest back, link by link, as AWS's own command does; and looks at the digests that no
 * link leads to, which that command passes over.
 */
import type { Window } from '../source.ts';
import { invalid, unverified } from './finding.ts';
import { type Judged, type JudgeOptions, judgeDigest, type Link } from './judge.ts';
import { type ChainId, type DigestKey, parseDigestName } from './key.ts';

export interface ListedDigest extends DigestKey {
  readonly name: string;
}

/** Delivery time that no digest covers although the chain is sound: validation or logging was off. Epoch ms. */
export type Gap = Window;

export interface Walked {
  /** Newest first within a run of links. */
  readonly digests: readonly Judged[];
  readonly gaps: readonly Gap[];
}

/** `listed`: digests of one chain, newest first. `from`: the chain is followed to the digest that begins before it. */
export async function walkChain(
  id: ChainId,
  listed: readonly ListedDigest[],
  from: number,
  options: JudgeOptions,
): Promise<Walked> {
  const judged = new Map<string, Judged>();
  const gaps: Gap[] = [];
  const links = new Map<string, Link>();
  const oldest = listed.at(-1)?.time ?? 0;
  /** Time of the oldest digest reached; and the digest that the last run of links began with, if it came to a beginning. */
  let lowest = Number.POSITIVE_INFINITY;
  let beginning: { readonly name: string; readonly from: number } | undefined;

  /** Judges from `head` back, until the chain begins, breaks, leaves the window or meets what was judged before. */
  const follow = async (head: ListedDigest): Promise<'met' | 'ended'> => {
    let name: string | undefined = head.name;
    let next: Judged | undefined;
    beginning = undefined;
    while (name !== undefined) {
      if (next && timeOf(name) >= timeOf(next.name)) {
        judged.set(next.name, { ...next, ...invalid('reordered', `it goes on with ${name}`) });
        return 'ended';
      }
      if (judged.has(name)) return 'met';
      let one = await judgeDigest(name, id, links.get(name), options);
      const { document } = one;
      // Where a copy begins, its oldest digest names one that was never copied.
      if (one.fault === 'not-found' && options.archive.copied && timeOf(name) < oldest)
        one = { name, ...unverified('not-copied') };
      if (next?.document && document && one.status !== 'invalid' && !id.backfill)
        if (document.to < next.document.from) gaps.push({ from: document.to, to: next.document.from });
      judged.set(name, one);
      if (one.linkBroken && next)
        judged.set(next.name, { ...next, ...invalid('forked', `it was not chained to ${name} as it says`) });
      lowest = Math.min(lowest, timeOf(name));
      if (!document) return 'ended';
      const previous = document.previous && options.archive.locate(document.previous)[0]!;
      if (previous !== undefined && (links.get(previous)?.verdict.status ?? 'invalid') === 'invalid')
        links.set(previous, linkOf(one, document.previous!.hash, document.previousSignature));
      if (one.status === 'invalid' || document.from < from) return 'ended';
      if (previous === undefined) beginning = { name, from: document.from };
      next = one;
      name = previous;
    }
    return 'ended';
  };

  for (const [index, head] of listed.entries()) {
    if (judged.has(head.name)) continue;
    const passed = lowest < head.time;
    const began = beginning?.name === listed[index - 1]?.name ? beginning?.from : undefined;
    const end = await follow(head);
    const one = judged.get(head.name)!;
    if (one.status === 'invalid') continue;
    if (end === 'met')
      judged.set(head.name, { ...one, ...invalid('forked', 'it leads into a chain that goes on otherwise') });
    else if (passed && one.status === 'valid') judged.set(head.name, { ...one, ...unverified('unlinked') });
    else if (began !== undefined && one.document && one.document.to < began && !id.backfill)
      gaps.push({ from: one.document.to, to: began });
  }
  return { digests: [...judged.values()], gaps: gaps.sort((a, b) => a.from - b.from) };
}

/** What a digest names as its previous one may be anything; a name without a time is no step forward. */
const timeOf = (name: string): number => parseDigestName(name)?.time ?? Number.NEGATIVE_INFINITY;

const linkOf = (one: Judged, hash: string | undefined, signature: string | null): Link => ({
  by: one.name,
  verdict: one,
  signature,
  hash,
});
