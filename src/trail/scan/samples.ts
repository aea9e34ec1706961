/** The counters of an aggregate, in one typed array: 72 bytes a group of alike records instead of an object each. */

import type { Sightings } from '../../events/decode.ts';

/** Samples kept per group, as the event contract says. */
const KEPT = 3;
/** Words of one sample: seconds, then the 16 bytes of a UUID. */
const WORDS = 5;
/**
 * Words of a group: its template, its count, the last second, then the samples with the earliest one at the end. What
 * most records need, the count and the second of the latest sample, lies together.
 */
const [TEMPLATE, COUNT, LAST, SAMPLES] = [0, 1, 2, 3];
const SIZE = SAMPLES + KEPT * WORDS;
const HEX = Buffer.from('0123456789abcdef');

export interface Groups {
  readonly size: number;
  /** A new group for a template; returns its number. */
  open(template: number): number;
  /** Counts one record; its id is the four words at `idAt`. */
  add(group: number, seconds: number, words: Uint32Array, idAt: number): void;
  /** Reads a group, for it to be near when a record is added; gives what it read. */
  touch(group: number): number;
  template(group: number): number;
  /** What was counted of a group, which counts from nothing again. */
  take(group: number): Sightings;
  clear(): void;
}

export function createGroups(): Groups {
  let capacity = 1 << 10;
  let size = 0;
  let held = new Uint32Array(capacity * SIZE);
  const grow = (): void => {
    capacity *= 2;
    const from = held;
    held = new Uint32Array(capacity * SIZE);
    held.set(from);
  };
  /** Where the sample of a place lies, of which 0 is the earliest. */
  const placeOf = (base: number, place: number): number => base + SAMPLES + (KEPT - 1 - place) * WORDS;
  const text = Buffer.alloc(36, '-');
  const idAt = (at: number): string => {
    let to = 0;
    for (let word = 1; word <= 4; word++) {
      let bytes = held[at + word]!;
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
      const base = size * SIZE;
      held[base + TEMPLATE] = template;
      held[base + COUNT] = held[base + LAST] = 0;
      return size++;
    },
    add: (group, seconds, words, from) => {
      const base = group * SIZE;
      const count = held[base + COUNT]!;
      held[base + COUNT] = count + 1;
      if (seconds > held[base + LAST]!) held[base + LAST] = seconds;
      const kept = Math.min(count, KEPT);
      // Samples are in order; find the place of this one from the end.
      let place = kept;
      while (place > 0 && before(seconds, words, from, held, placeOf(base, place - 1))) place--;
      if (place === KEPT) return;
      // The later ones move on by one, and a last one too many is written over.
      const latest = placeOf(base, Math.min(kept, KEPT - 1));
      const at = placeOf(base, place);
      held.copyWithin(latest, latest + WORDS, at + WORDS);
      held[at] = seconds;
      for (let word = 0; word < 4; word++) held[at + 1 + word] = words[from + word]!;
    },
    touch: (group) => held[group * SIZE + COUNT]!,
    template: (group) => held[group * SIZE + TEMPLATE]!,
    take: (group) => {
      const base = group * SIZE;
      const count = held[base + COUNT]!;
      const last = held[base + LAST]!;
      const sampleIds: string[] = [];
      const sampleTimes: number[] = [];
      for (let place = 0; place < Math.min(count, KEPT); place++) {
        const at = placeOf(base, place);
        sampleIds.push(idAt(at));
        sampleTimes.push(held[at]! * 1000);
      }
      held[base + COUNT] = held[base + LAST] = 0;
      // The earliest sample is the earliest record.
      return {
        count,
        firstSeen: sampleTimes[0] ?? 0,
        lastSeen: last * 1000,
        sampleIds,
        sampleTimes,
      };
    },
    clear: () => {
      size = 0;
    },
  };
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
