/** What a front settles, as words and bytes that change threads. */
import type { GroupReader, Taker } from './group-reader.ts';
import type { Damage } from './split.ts';

export interface Told {
  /** Entries of WORDS words each: a group's number and what `Taker.grouped` takes, or what kind of telling it is. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Texts and templates, which entries tell the place of. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is told of one file. */
export interface ToldFile {
  readonly records: number;
  readonly damage?: Damage;
  readonly told: Told;
}
/** Of one that cannot be read. */
export const NOTHING_TOLD: ToldFile = {
  records: 0,
  told: { words: new Uint32Array(), bytes: new Uint8Array() },
};

const WORDS = 8;
const EXACT = 0xffff_fffc;
const IDENTITY = 0xffff_fffd;
const TEMPLATE = 0xffff_fffe;
const GROUP = 0xffff_ffff;

interface Teller extends Taker {
  /** What was told since the last time. */
  take(): Told;
}

/** Reads files with a reader of their thread. */
export function createTelling(reader: GroupReader): (bytes: Uint8Array) => ToldFile {
  const teller = createTeller();
  return (bytes) => {
    const { records, damage } = reader.read(bytes, teller);
    const result = { records, told: teller.take() };
    return damage ? { ...result, damage } : result;
  };
}

function createTeller(): Teller {
  let words = new Uint32Array(1 << 15);
  let bytes = Buffer.allocUnsafeSlow(1 << 20);
  let used = 0;
  let end = 0;
  const place = (): number => {
    if (used === words.length) words = grown(words, new Uint32Array(words.length * 2));
    used += WORDS;
    return used - WORDS;
  };
  const say = (kind: number, a: number, b: number, c: number, value?: Uint8Array): void => {
    const at = place();
    words[at] = kind;
    words[at + 1] = a;
    words[at + 2] = b;
    words[at + 3] = c;
    words[at + 4] = end;
    if (value) {
      while (end + value.length > bytes.length)
        bytes = grown(bytes, Buffer.allocUnsafeSlow(bytes.length * 2));
      bytes.set(value, end);
      end += value.length;
    }
    words[at + 5] = end;
  };
  return {
    identity: (caller) => say(IDENTITY, 0, 0, 0, Buffer.from(caller)),
    template: (identity, low, high, kept) => say(TEMPLATE, identity, low, high, kept),
    group: (template, bucket) => say(GROUP, template, bucket, 0),
    exact: (record) => say(EXACT, 0, 0, 0, Buffer.from(record)),
    grouped: (group, low, high, seconds, from, idAt) => {
      const at = place();
      words[at] = group;
      words[at + 1] = low;
      words[at + 2] = high;
      words[at + 3] = seconds;
      words[at + 4] = from[idAt]!;
      words[at + 5] = from[idAt + 1]!;
      words[at + 6] = from[idAt + 2]!;
      words[at + 7] = from[idAt + 3]!;
    },
    take: () => {
      const told = { words: words.slice(0, used), bytes: new Uint8Array(bytes.subarray(0, end)) };
      used = end = 0;
      return told;
    },
  };
}

/** Tells it again, in another thread; `touch` is called for the groups of all records before any is told. */
export function retell({ words, bytes }: Told, to: Taker & { touch(group: number): number }): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const textAt = (at: number): string => buffer.toString('utf8', words[at + 4], words[at + 5]);
  let read = 0;
  for (let at = 0; at < words.length; at += WORDS) if (words[at]! < EXACT) read ^= to.touch(words[at]!);
  for (let at = 0; at < words.length; at += WORDS) {
    const kind = words[at]!;
    if (kind < EXACT) to.grouped(kind, words[at + 1]!, words[at + 2]!, words[at + 3]!, words, at + 4);
    else if (kind === GROUP) to.group(words[at + 1]!, words[at + 2]!);
    else if (kind === EXACT) to.exact(textAt(at));
    else if (kind === IDENTITY) to.identity(textAt(at));
    else
      to.template(
        words[at + 1]!,
        words[at + 2]!,
        words[at + 3]!,
        buffer.subarray(words[at + 4], words[at + 5]),
      );
  }
  return read;
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
