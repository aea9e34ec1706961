/** What is fuzzed, and what must hold of each answer. A target makes an input from a seed's choices and tries it. */
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { contains } from '../../src/policy/contain.ts';
import { policyToJson } from '../../src/policy/document.ts';
import { parsePolicy, parsePolicyText } from '../../src/policy/parse.ts';
import { createScanner, type Scanner } from '../../src/trail/scan/scan.ts';
import { isWanted, type PrincipalFilter } from '../../src/trail/source.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import type { Corpus } from './corpus.ts';
import { explained } from './explained.ts';
import { escapeSome, mutateBytes, mutateJson } from './mutate.ts';
import type { Random } from './random.ts';
import { demand, same } from './verdict.ts';

export interface Target {
  readonly name: 'decode' | 'scan' | 'policy' | 'explain';
  make(random: Random): Buffer;
  /** Throws where an invariant does not hold. */
  check(input: Buffer): void;
}

export async function createTargets(corpus: Corpus): Promise<readonly Target[]> {
  const catalogue = await loadCatalogue();
  const { resolve } = createResolver(catalogue);
  const record = (random: Random): unknown =>
    mutateJson(structuredClone(random.pick(corpus.records)), random, corpus.records);
  const text = (value: unknown, random: Random): Buffer => {
    const bytes = Buffer.from(escapeSome(JSON.stringify(value) ?? 'null', random));
    return random.chance(0.2) ? mutateBytes(bytes, random) : bytes;
  };
  return [
    { name: 'decode', make: (random) => text(record(random), random), check: checkDecode },
    {
      name: 'scan',
      make: (random) => {
        const records = Array.from({ length: random.nat(6) }, () =>
          random.chance(0.5) ? record(random) : random.pick(corpus.records),
        );
        if (records.length > 0 && random.chance(0.3)) records.push(records[0]);
        const shape = random.nat(10);
        const whole =
          shape === 0
            ? records
            : shape === 1
              ? { x: record(random), Records: records }
              : { Records: records };
        const bytes =
          shape === 2
            ? Buffer.from(records.map((one) => JSON.stringify(one)).join('\n'))
            : text(whole, random);
        if (!random.chance(0.4)) return bytes;
        const zipped = gzipSync(bytes, { level: 1 });
        return random.chance(0.5) ? zipped : mutateBytes(zipped, random);
      },
      check: scanCheck(resolve),
    },
    {
      name: 'policy',
      make: (random) =>
        text(mutateJson(structuredClone(random.pick(corpus.policies)), random, corpus.policies), random),
      check: (input) => checkPolicy(input.toString('utf8'), catalogue),
    },
    {
      name: 'explain',
      make: (random) => Buffer.from(JSON.stringify(record(random)) ?? 'null'),
      check: (input) => explained(input, resolve),
    },
  ];
}

function parsed(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Decoding answers always, with numbers that are numbers, and says the same twice. */
function checkDecode(input: Buffer): void {
  const value = parsed(input);
  const decoded = decode(value);
  same(decode(parsed(input)), decoded, 'decodes the same twice');
  if (!decoded.ok) {
    demand(decoded.rejection.detail.length < 1200, 'a rejection is short');
    demand(
      !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\ud800-\udfff]/.test(decoded.rejection.detail),
      'a rejection steers no terminal',
    );
    return;
  }
  const { event } = decoded;
  demand(Number.isFinite(event.firstSeen) && event.count === 1, 'has a time');
  demand(Array.isArray(event.resources), 'has a list of resources');
  for (const one of event.resources)
    for (const part of Object.values(one)) demand(typeof part === 'string', 'a resource is made of texts');
  if (event.principal.kind !== 'none') {
    demand(/^\d{12}$/.test(event.principal.accountId), 'a principal has an account');
    demand(event.principal.name !== '' && !event.principal.name.includes('/'), 'a principal has a name');
    demand(event.principal.arn.startsWith('arn:aws'), 'a principal has an ARN');
  }
}

const WINDOW = { from: Date.UTC(2000, 0), to: Date.UTC(2100, 0) };
const object = { name: 'x', bytes: 0 };
const FILTER: readonly PrincipalFilter[] = [
  { kind: 'role', name: 'order-service' },
  { kind: 'user', name: 'bert-jan' },
];

/** The reference walk, the kernel, the filter and the grouping scan tell the same of one object. */
function scanCheck(resolve: ReturnType<typeof createResolver>['resolve']): (input: Buffer) => void {
  const module = new WebAssembly.Module(readFileSync('dist/kernel.wasm'));
  const plain = createScanner({ kernel: null });
  const kernel = createScanner({ kernel: module });
  const filtered = [null, module].map((one) => createScanner({ kernel: one, principals: FILTER }));
  const usage = (scanner: Scanner, input: Buffer): unknown => {
    const ledger = createLedger({ window: WINDOW, resolve });
    const batch = scanner.scan(input, object);
    ledger.add(batch);
    for (const drained of scanner.drain()) ledger.add(drained);
    const all = ledger.principals().map((one) => ledger.usage(one));
    for (const { accounting } of all) {
      const sum = Object.values(accounting.buckets).reduce((total, count) => total + count, 0);
      demand(sum === accounting.records, 'every record is in one bucket');
    }
    return all;
  };
  return (input) => {
    const read = plain.scan(input, object);
    demand(
      read.events.length + read.rejections.length + read.skippedOtherPrincipal === read.records,
      'records are events or rejections',
    );
    same(kernel.scan(input, object), read, 'the kernel reads what the reference reads');
    for (const scanner of filtered) {
      const some = scanner.scan(input, object);
      same(
        some.events,
        read.events.filter((one) => isWanted(one.principal, FILTER)),
        'the filter keeps its own',
      );
      same([some.records, some.gap], [read.records, read.gap], 'the filter counts the same');
    }
    // In records that repeat another, members that nothing reads are not validated when grouping: whole documents only.
    if (parsed(unzipped(input)) === undefined || read.gap) return;
    const grouping = createScanner({
      kernel: module,
      aggregate: { resolve, cuts: [WINDOW.from, WINDOW.to] },
    });
    same(usage(grouping, input), usage(plain, input), 'grouping tells the ledger the same');
  };
}

function unzipped(input: Buffer): Buffer {
  if (input[0] !== 0x1f) return input;
  try {
    return gunzipSync(input);
  } catch {
    return Buffer.from('?');
  }
}

/** Parsing says what is wrong or gives a document that can be written, read again, and contains itself. */
function checkPolicy(text: string, catalogue: Parameters<typeof contains>[2]): void {
  const read = parsePolicyText(text);
  if (!read.ok) {
    demand(read.problems.length > 0, 'a refusal says why');
    return;
  }
  const json = JSON.stringify(policyToJson(read.policy));
  const again = parsePolicyText(json);
  demand(again.ok, `a policy that was read can be read again: ${json.slice(0, 200)}`);
  same(again, read, 'a policy survives being written');
  same(parsePolicy(JSON.parse(json)), read, 'text and value are read alike');
  const { verdict } = contains([read.policy], [read.policy], catalogue);
  demand(verdict !== 'violated', 'a policy contains itself');
}
