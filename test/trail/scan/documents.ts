/** Documents that try to mislead a scanner, the reader they are held against, and arbitrary ones for property tests. */
import fc from 'fast-check';
import { decode } from '../../../src/events/decode.ts';
import type { TrailEvent } from '../../../src/events/event.ts';

const identity = (role: string, path = '/') => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE:${role}-session`,
  arn: `arn:aws:sts::123456789012:assumed-role/${role}/session`,
  accountId: '123456789012',
  sessionContext: {
    sessionIssuer: { type: 'Role', arn: `arn:aws:iam::123456789012:role${path}${role}`, userName: role },
  },
});

export const record = (id: string, role: string, requestParameters: unknown = null): object => ({
  eventVersion: '1.08',
  userIdentity: identity(role),
  eventTime: '2024-01-02T03:04:05Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  requestParameters,
  eventID: id,
});

/** What JSON.parse of the whole document says; undefined where it is no JSON. */
export function oracle(text: string): TrailEvent[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
  const records = Array.isArray(parsed) ? parsed : (parsed as { Records?: unknown }).Records;
  if (!Array.isArray(records)) return undefined;
  return records.map(decode).flatMap((one) => (one.ok ? [one.event] : []));
}

const forged = record('forged', 'app');
const [a, b] = [record('a', 'app'), record('b', 'application')];
const j = JSON.stringify;
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

/** Valid JSON, `{"Records":[...]}` or an array. */
export const TRICKY: readonly (readonly [string, string])[] = [
  [
    'a record inside requestParameters',
    j({ Records: [record('1', 'other', { Records: [forged], x: forged })] }),
  ],
  ['siblings inside requestParameters', j({ Records: [record('1', 'other', [forged, forged, forged]), a] })],
  [
    'a record as a string',
    j({ Records: [record('1', 'other', { policy: j(j({ Records: [forged] })) }), a] }),
  ],
  ['braces and quotes in strings', j({ Records: [record('1', '}]{["\\\\"', { x: '"}],"Records":[{' }), a] })],
  [
    'strings ending in backslashes',
    j({ Records: [record('\\', 'app', { x: '\\\\', y: '\\"', z: '\\\\\\' }), b] }),
  ],
  [
    'long backslash runs',
    j({ Records: [record('1', 'app', { x: '\\'.repeat(129), y: `${'\\'.repeat(62)}"` }), b] }),
  ],
  ['a Records inside another member first', `{"x":{"Records":[${j(forged)}]},"Records":[${j(a)}]}`],
  ['two Records', `{"Records":[${j(forged)}],"Records":[${j(a)}]}`],
  ['an escaped Records', `{"Rec\\u006frds":[${j(a)},${j(b)}]}`],
  ['a __proto__', `{"__proto__":{"Records":[${j(forged)}]},"Records":[{"__proto__":${j(forged)}},${j(a)}]}`],
  ['duplicate keys', `{"Records":[{"eventID":"x","eventID":"y",${j(a).slice(1)},${j(b)}]}`],
  [
    'an escaped slash in an ARN',
    `{"Records":[${j(a).replaceAll('/', '\\/')},${j(b).replaceAll('/', '\\/')}]}`,
  ],
  ['an escaped letter in an ARN', `{"Records":[${j(a).replaceAll('app', '\\u0061pp')}]}`],
  ['an escaped key', `{"Records":[${j(a).replaceAll('userIdentity', 'user\\u0049dentity')}]}`],
  ['upper case', `{"Records":[${j(a).replaceAll('app', 'APP')}]}`],
  ['a lone surrogate', `{"Records":[${j(record('\ud800', 'app', { x: '\udfff' }))},${j(b)}]}`],
  [
    'characters outside ASCII',
    j({ Records: [record('ü', 'äpp', { '\u2028': '😀"' }), record('é', 'app', 'ß')] }),
  ],
  ['a Kelvin sign', j({ Records: [record('k', '\u212aey'), record('l', 'key')] })],
  ['numbers without end', `{"Records":[${j(a).replace('null', '9'.repeat(5000))},${j(b)}]}`],
  ['depth', `{"Records":[${j(a).replace('null', deep('[', ']', 100_000))},${j(b)}]}`],
  [
    'depth in objects',
    `{"Records":[${j(a).replace('null', `${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}`)},${j(b)}]}`,
  ],
  ['depth before Records', `{"x":${deep('[', ']', 100_000)},"Records":[${j(a)}]}`],
  ['elements that are no records', `{"Records":[null,${j(a)},true,"}{",1e9,[${j(forged)}],[],{},${j(b)}]}`],
  ['a mark and white space', `\ufeff \n{ "Records" :\t[ ${j(a)} ,\r\n ${j(b)} ] } \n`],
  ['no records', '{"Records":[]}'],
  ['an array', j([a, b, a])],
  ['many small elements', `[${'{},'.repeat(100_000)}${j(a)}]`],
  [
    'white space over several blocks',
    `[${' '.repeat(300)}${j(a)}${'\n'.repeat(300_000)},${j(b)}${' '.repeat(200)}]`,
  ],
  [
    'a name at every offset of a block',
    j(Array.from({ length: 130 }, (_, i) => [record('p'.repeat(i), 'app')]).flat()),
  ],
];

/** Text that a trail would not hold but an attacker's might. */
const nasty = fc.oneof(
  fc.constantFrom(
    'app',
    'App',
    'application',
    'my-app',
    'app/app',
    '"app"',
    '/app"',
    '\\',
    '\\"',
    '}',
    '{',
    '[',
    ']',
  ),
  fc.constantFrom(
    '{"Records":[',
    '],"Records":[',
    '"userIdentity":{',
    '\u212a',
    '😀',
    '\ud800',
    '\u0000',
    '/',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    nasty,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(nasty, tie('any'), { maxKeys: 4 }),
  ),
})).any;
const names = fc.constantFrom(
  'app',
  'App',
  'application',
  'my-app',
  'pp',
  'app.',
  'other',
  'äpp',
  'a"pp',
  'a\\app',
);
const anyRecord = fc
  .tuple(fc.uuid(), names, value, fc.boolean())
  .map(([id, role, parameters, forge]) =>
    record(id, role, forge ? { Records: [record('forged', 'app', parameters)] } : parameters),
  );

/** Writes some characters of the JSON text's strings as escapes; the value stays the same. */
function escaped(text: string, seed: number): string {
  let state = seed | 1;
  return text.replace(/\\u[\da-f]{4}|\\.|[a-zA-Z/]/g, (char) => {
    state = Math.imul(state, 1103515245) + 12345;
    if (char.length > 1 || (state >>> 16) % 40 !== 0) return char;
    return char === '/' ? '\\/' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
/** Only inside strings: the letters of null, true and false must stay. */
const escapeStrings = (text: string, seed: number): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/g, (string) => escaped(string, seed));

/** JSON text of a trail document, some with escapes that a reader must undo. */
export const anyDocument: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof({ arbitrary: anyRecord, weight: 5 }, value), { maxLength: 8 }),
    fc.nat(),
    fc.nat(3),
  )
  .map(([records, seed, shape]) => {
    const text =
      shape === 0 ? JSON.stringify({ Records: records }, null, 1) : JSON.stringify({ Records: records });
    return shape < 2 ? text : escapeStrings(text, seed);
  });
