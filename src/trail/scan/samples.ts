/** The counters of an aggregate, in typed arrays: 60 bytes a group of alike records instead of an object each. */

import type { Sightings } from '../../events/decode.ts';

/** Samples kept per group, as the event contract says. */
const KEPT = 3;
/** Words of one sample: seconds, then the 16 bytes of a UUID. */
const WORDS = 5;
const HEX = Buffer.from('0123456789abcdef');

export interface Groups {
  readonly size: number;
  /** A new group for a template; returns its number. */
  open(template: number): number;
  /** Counts one record; its id is the four words at `idAt`. */
  add(group: number, seconds: number, words: Uint32Array, idAt: number): void;
  template(group: number): number;
  read(group: number): Sightings;
  clear(): void;
}

export function createGroups(): Groups {
  let capacity = 1 << 10;
  let size = 0;
  let templates = new Int32Array(capacity);
  let counts = new Uint32Array(capacity);
  let lasts = new Uint32Array(capacity);
  let samples = new Uint32Array(capacity * KEPT * WORDS);
  const grow = (): void => {
    capacity *= 2;
    templates = grown(templates, new Int32Array(capacity));
    counts = grown(counts, new Uint32Array(capacity));
    lasts = grown(lasts, new Uint32Array(capacity));
    samples = grown(samples, new Uint32Array(capacity * KEPT * WORDS));
  };
  const text = Buffer.alloc(36, '-');
  const idAt = (at: number): string => {
    let to = 0;
    for (let word = 1; word <= 4; word++) {
      let bytes = samples[at + word]!;
      for (let byte = 0; byte < 4; byte++) {
        if (to === 8 || to === 13 || to === 18 || to === 23) to++;
        text[to++] = HEX[(bytes >>> 4) & 15]!;
        text[to++] = HEX[bytes & 15]!;
        bytes >>>= 8;
      }
    }
    return text.toString('latin1');
  };

  return {
    get size() {
      return size;
    },
    open: (template) => {
      if (size === capacity) grow();
      templates[size] = template;
      counts[size] = lasts[size] = 0;
      return size++;
    },
    add: (group, seconds, words, from) => {
      const count = counts[group]!;
      counts[group] = count + 1;
      if (seconds > lasts[group]!) lasts[group] = seconds;
      const base = group * KEPT * WORDS;
      let held = Math.min(count, KEPT);
      // Samples are in order; find the place of this one from the end.
      let place = held;
      while (place > 0 && before(seconds, words, from, samples, base + (place - 1) * WORDS)) place--;
      if (place === KEPT) return;
      held = Math.min(held, KEPT - 1);
      samples.copyWithin(base + (place + 1) * WORDS, base + place * WORDS, base + held * WORDS);
      const at = base + place * WORDS;
      samples[at] = seconds;
      for (let word = 0; word < 4; word++) samples[at + 1 + word] = words[from + word]!;
    },
    template: (group) => templates[group]!,
    read: (group) => {
      const count = counts[group]!;
      const base = group * KEPT * WORDS;
      const sampleIds: string[] = [];
      const sampleTimes: number[] = [];
      for (let held = 0; held < Math.min(count, KEPT); held++) {
        sampleIds.push(idAt(base + held * WORDS));
        sampleTimes.push(samples[base + held * WORDS]! * 1000);
      }
      // The earliest sample is the earliest record.
      return {
        count,
        firstSeen: samples[base]! * 1000,
        lastSeen: lasts[group]! * 1000,
        sampleIds,
        sampleTimes,
      };
    },
    clear: () => {
      size = 0;
    },
  };
}

function grown<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Whether a record comes before a sample by time and then id, which as bytes sorts like its text. */
function before(
  seconds: number,
  words: Uint32Array,
  from: number,
  samples: Uint32Array,
  at: number,
): boolean {
  if (seconds !== samples[at]) return seconds < samples[at]!;
  for (let word = 0; word < 4; word++) {
    const [a, b] = [words[from + word]!, samples[at + 1 + word]!];
    if (a !== b) return swapped(a) < swapped(b);
  }
  return false;
}

/** The words hold bytes in memory order, the lowest byte first. */
const swapped = (word: number): number =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
