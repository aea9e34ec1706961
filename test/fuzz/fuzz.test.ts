/** A short run of each fuzz target, and every input that once showed something (test/fuzz/seeds/<target>-*). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { createRandom } from './random.ts';
import { createTargets, type Target } from './targets.ts';

const SEEDS = new URL('./seeds', import.meta.url).pathname;
const NAMES = ['decode', 'scan', 'policy', 'explain'] as const;
const INPUTS = 150;
const seedsOf = (name: string): readonly string[] =>
  existsSync(SEEDS) ? readdirSync(SEEDS).filter((file) => file.startsWith(`${name}-`)) : [];
let targets: ReadonlyMap<string, Target>;

beforeAll(async () => {
  targets = new Map((await createTargets(readCorpus())).map((one) => [one.name, one]));
}, 60_000);

describe.each(NAMES)('fuzzing %s', (name) => {
  it('holds for mutated records', () => {
    for (let seed = 0; seed < INPUTS; seed++)
      targets.get(name)!.check(targets.get(name)!.make(createRandom(seed)));
  });

  it.for(seedsOf(name))('holds for what was found before: %s', (file) => {
    targets.get(name)!.check(readFileSync(join(SEEDS, file)));
  });

  it('makes the same input of the same seed', () => {
    const make = (): Buffer => targets.get(name)!.make(createRandom(7));
    expect(make().equals(make())).toBe(true);
  });
});
