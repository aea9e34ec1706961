/** Structure-aware mutation: a real document stays nearly real, so that it gets past the first check and reaches the rest. */
import type { Random } from './random.ts';

/** What an attacker, a broken writer or a new service would put where something else is expected. */
const TEXTS: readonly string[] = [
  '',
  '*',
  '?',
  '${aws:username}',
  '${*}',
  '${',
  '$',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../../etc/passwd',
  'arn:aws:s3:::*',
  'arn:aws:iam::123456789012:role/../x',
  'arn:aws:iam::123456789012:role/a/b/c',
  'arn::::::',
  'arn:aws:s3:::b/${aws:PrincipalTag/x}',
  '\u0000',
  '\u001b[2J\u001b]8;;http://x\u0007',
  '\u202egnp.exe',
  '\ud800',
  '\udfff\ud800',
  '\u212a',
  '\ufeff',
  '\u2028',
  '"><script>alert(1)</script>',
  "'; DROP TABLE x; --",
  '=cmd|x!A1',
  '%{for x in y}',
  'a'.repeat(3000),
  '*'.repeat(500),
  '\\',
  '"',
  '}]}',
  '{"Records":[',
  '123456789012',
  '2024-02-30T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2.0',
  'AssumedRole',
  'IAMUser',
  'Root',
  'AccessDenied',
  'Client.UnauthorizedOperation',
  'iam.amazonaws.com',
  's3.amazonaws.com',
  'sts.amazonaws.com',
  'PassRole',
  'RunInstances',
];
const SCALARS: readonly unknown[] = [null, true, false, 0, -1, 1e308, 2 ** 53, 1.5, [], {}, [[]], [null]];

type Box = Record<string, unknown> | unknown[];

/** Mutates in place some members of a JSON value; `donors` are values to graft in. Returns the root, which may be new. */
export function mutateJson(root: unknown, random: Random, donors: readonly unknown[]): unknown {
  let value = root;
  for (let turns = 1 + random.nat(4); turns > 0; turns--) value = mutateOnce(value, random, donors);
  return value;
}

function mutateOnce(root: unknown, random: Random, donors: readonly unknown[]): unknown {
  const boxes = boxesOf(root);
  if (boxes.length === 0) return random.pick(SCALARS);
  const box = random.pick(boxes);
  const keys = Object.keys(box);
  const key = keys.length === 0 ? 'x' : random.pick(keys);
  const old = own(box, key);
  switch (random.nat(10)) {
    case 0:
      remove(box, key);
      break;
    case 1:
      put(box, key, structuredClone(random.pick(SCALARS)));
      break;
    case 2:
      put(box, key, random.pick(TEXTS));
      break;
    case 3:
      put(box, key, typeof old === 'string' ? bend(old, random) : random.pick(TEXTS));
      break;
    case 4:
      if (!Array.isArray(box)) {
        remove(box, key);
        put(box, random.chance(0.5) ? random.pick(TEXTS) : bend(key, random), old);
      } else box.push(structuredClone(old));
      break;
    case 5: {
      const donor = structuredClone(random.pick(donors));
      const inside = random.pick([donor, ...boxesOf(donor)]);
      put(box, key, inside);
      break;
    }
    case 6:
      put(box, random.pick(TEXTS), structuredClone(random.pick(SCALARS)));
      break;
    case 7:
      put(box, key, random.chance(0.5) ? [old, structuredClone(old)] : { [random.pick(TEXTS)]: old });
      break;
    case 8: {
      const other = random.pick(boxesOf(root));
      const from = random.pick(Object.keys(other).concat('x'));
      // A clone, or a box would end up inside itself.
      put(box, key, structuredClone(own(other, from) ?? null));
      break;
    }
    default:
      put(box, key, nested(old, 1 + random.nat(60)));
  }
  return root;
}

function boxesOf(root: unknown): Box[] {
  const found: Box[] = [];
  const waiting = [root];
  while (waiting.length > 0 && found.length < 4000) {
    const one = waiting.pop();
    if (one === null || typeof one !== 'object') continue;
    found.push(one as Box);
    waiting.push(...Object.values(one));
  }
  return found;
}

const own = (box: Box, key: string): unknown => (Object.hasOwn(box, key) ? (box as never)[key] : undefined);

/** As JSON.parse sets members: `__proto__` becomes an own one. */
const put = (box: Box, key: string, value: unknown): void => {
  if (Array.isArray(box) && !/^\d+$/.test(key)) return;
  Object.defineProperty(box, key, { value, writable: true, enumerable: true, configurable: true });
};

function remove(box: Box, key: string): void {
  if (Array.isArray(box)) box.splice(Number(key), 1);
  else delete box[key];
}

function nested(value: unknown, depth: number): unknown {
  let box = value;
  for (let at = 0; at < depth; at++) box = at % 2 === 0 ? [box] : { x: box };
  return box;
}

/** A text with one place changed. */
function bend(text: string, random: Random): string {
  const at = random.nat(text.length + 1);
  const rest = at + random.nat(Math.min(8, text.length - at + 1));
  const middle = random.pick(['', random.pick(TEXTS), text.slice(at, rest).toUpperCase(), '/', ':', '*']);
  return `${text.slice(0, at)}${middle}${text.slice(random.chance(0.5) ? at : rest)}`;
}

/** Some characters of the JSON text's strings written as escapes: another text of the same value. */
export function escapeSome(text: string, random: Random): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
    random.chance(0.9)
      ? string
      : string.replace(/\\u[\da-f]{4}|\\.|[a-zA-Z/]/g, (char) =>
          char.length > 1 || random.chance(0.9)
            ? char
            : char === '/'
              ? '\\/'
              : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        ),
  );
}

/** Bytes with flips, cuts, doubled and swapped pieces. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let turns = 1 + random.nat(4); turns > 0 && out.length > 0; turns--) {
    const at = random.nat(out.length);
    const end = Math.min(out.length, at + 1 + random.nat(40));
    switch (random.nat(6)) {
      case 0:
        out[at]! ^= 1 << random.nat(8);
        break;
      case 1:
        out = out.subarray(0, at);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, at), out.subarray(end)]);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, end), out.subarray(at)]);
        break;
      case 4:
        out[at] = random.pick([...'"\\{}[],:\n 0\u0000'].map((char) => char.charCodeAt(0)));
        break;
      default:
        out = Buffer.concat([out.subarray(0, at), Buffer.from(random.pick(TEXTS)), out.subarray(at)]);
    }
  }
  return out;
}
