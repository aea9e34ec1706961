/** JSON that is broken, or valid and meant to mislead: one record among good ones, or the document around them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { faultSweep, faultTests } from './suite.ts';
import {
  type Allowed,
  cleanPlan,
  DAYS,
  documentOf,
  judge,
  openWorld,
  recordsOf,
  type World,
} from './world.ts';

let world: World;
let clean: Plan;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
});
afterAll(() => world.close());

const RECORD = recordsOf(DAYS[1])[0]!;
const TEXT = JSON.stringify(RECORD);
const tried = async (text: string | Buffer, allowed: Allowed = {}): Promise<Plan | undefined> =>
  judge(await world.with(text), clean, allowed);
const around = (records: string): string => `{"Records":[${records}]}`;
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
const withMember = (member: string): string => around(`{${member},${TEXT.slice(1)}`);
const withParameters = (value: string): string =>
  around(TEXT.replace(/"requestParameters":\{[^}]*\}/, () => `"requestParameters":${value}`));

/** Paths to every object in the record. */
function objectsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (value === null || typeof value !== 'object') return [];
  const inside = Object.entries(value).flatMap(([key, one]) => objectsIn(one, [...path, key]));
  return Array.isArray(value) ? inside : [path, ...inside];
}
/** The record's text with members written first into the object at a path. */
function inserted(path: readonly (string | number)[], member: string): string {
  const copy = structuredClone(RECORD);
  let at: Record<string, unknown> = copy;
  for (const key of path) at = at[key] as Record<string, unknown>;
  at['@@'] = 0;
  return around(JSON.stringify(copy).replace('"@@":0', () => member));
}

const PROTO = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const POLLUTION = objectsIn(RECORD).flatMap((path) =>
  PROTO.flatMap((key) => [
    { path, key, value: '{"polluted":true,"eventSource":"iam.amazonaws.com"}' },
    { path, key, value: 'null' },
  ]),
);
/** Members that decide what the record says, and where it goes when they are of another type. */
const SHAPES = ['null', 'true', '0', '-1.5e300', '""', '"x"', '[]', '[[]]', '{}', '{"length":1}'];
const MEMBERS = Object.keys(RECORD);

describe('JSON', () => {
  it('of the victim counts when it is whole', async () => {
    expect((await tried(documentOf([RECORD])))?.evidence.complete).toBe(true);
  });
  faultTests(
    'json',
    [
      { name: 'no value', text: around('').replace('[]', '') },
      { name: 'an unclosed record', text: around(TEXT.slice(0, -1)) },
      { name: 'an unclosed string', text: around(TEXT.replace('"PurgeQueue"', '"PurgeQueue')) },
      { name: 'a comma too many', text: around(`${TEXT},`) },
      { name: 'two commas', text: around(`${TEXT},,${TEXT.replace('-1"', '-2"')}`) },
      { name: 'no comma', text: around(`${TEXT}${TEXT.replace('-1"', '-2"')}`) },
      { name: 'single quotes', text: around(TEXT.replaceAll('"', "'")) },
      { name: 'NaN', text: withMember('"x":NaN') },
      { name: 'undefined', text: withMember('"x":undefined') },
      { name: 'a comment', text: around(`/* x */${TEXT}`) },
      { name: 'a number with a leading zero', text: withMember('"x":007') },
      { name: 'a raw control character in a string', text: withMember('"x":"\u0001"') },
      { name: 'a bad escape', text: withMember('"x":"\\q"') },
      { name: 'a bad Unicode escape', text: withMember('"x":"\\u12G4"') },
      {
        name: 'bytes that are no UTF-8',
        text: Buffer.concat([
          Buffer.from('{"Records":[{"x":"'),
          Buffer.from([0xff, 0xfe, 0xc0]),
          Buffer.from(`",${TEXT.slice(1)}]}`),
        ]),
      },
      {
        name: 'an overlong encoding',
        text: Buffer.concat([
          Buffer.from('{"Records":[{"x":"'),
          Buffer.from([0xc0, 0xaf]),
          Buffer.from(`",${TEXT.slice(1)}]}`),
        ]),
      },
      { name: 'Records twice, the second empty', text: `{"Records":[${TEXT}],"Records":[]}`, counted: true },
      { name: 'Records twice, the first empty', text: `{"Records":[],"Records":[${TEXT}]}` },
      { name: 'Records is an object', text: `{"Records":${TEXT}}` },
      { name: 'Records is null', text: '{"Records":null}' },
      { name: 'Records is text', text: `{"Records":${JSON.stringify(TEXT)}}` },
      { name: 'Records inside Records', text: around(`{"Records":[${TEXT}]}`) },
      { name: 'records in __proto__', text: `{"__proto__":{"Records":[${TEXT}]},"Records":[1]}` },
      { name: 'an array of records', text: `[${TEXT}]` },
      { name: 'one record alone', text: TEXT },
      { name: 'lines', text: `${TEXT}\n${TEXT.replace('-1"', '-2"')}\n` },
      { name: 'lines, one of them broken', text: `${TEXT}\n{"eventID":\n${TEXT.replace('-1"', '-2"')}\n` },
      { name: 'a byte order mark', text: `\ufeff${around(TEXT)}` },
      { name: 'two byte order marks', text: `\ufeff\ufeff${around(TEXT)}` },
      { name: 'a document after the document', text: `${around(TEXT)}${around('')}` },
      { name: 'text after the document', text: `${around(TEXT)} x` },
      {
        name: 'an eventName twice, the last counts',
        text: around(TEXT.replace('"eventName":', '"eventName":"DeleteQueue","eventName":')),
      },
      { name: 'an eventID twice', text: withMember('"eventID":"other"') },
      { name: 'a userIdentity twice, the last counts', text: withMember('"userIdentity":{"type":"Root"}') },
      { name: 'requestParameters twice', text: withMember('"requestParameters":{"queueUrl":"x"}') },
      { name: 'an escaped key', text: around(TEXT.replace('"eventName"', '"event\\u004eame"')) },
      { name: 'an escaped name of the role', text: around(TEXT.replaceAll('/app', '\\/\\u0061pp')) },
      { name: 'depth 100,000 in arrays', text: withParameters(deep('[', ']', 100_000)) },
      {
        name: 'depth 100,000 in objects',
        text: withParameters(`${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
      },
      { name: 'depth 100,000 before Records', text: `{"x":${deep('[', ']', 100_000)},"Records":[${TEXT}]}` },
      {
        name: 'depth 100,000 in resources',
        text: around(TEXT.replace(/"resources":\[.*?\]/, () => `"resources":${deep('[', ']', 100_000)}`)),
      },
      { name: 'depth 100,000 in userIdentity', text: withMember(`"x":${deep('[', ']', 100_000)}`) },
      { name: 'depth 100,000 never closed', text: around('['.repeat(100_000)) },
      {
        name: 'a lone surrogate in a name',
        text: withParameters('{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/\\ud800"}'),
      },
      { name: 'a lone surrogate in a key', text: withParameters('{"\\udfff":1}') },
      { name: 'lone surrogates in the session', text: around(TEXT.replace('/task"', '/\\ud800\\ud800"')) },
      { name: 'NUL in a name', text: withParameters('{"queueUrl":"a\\u0000b"}') },
      { name: 'a key of a megabyte', text: withMember(`"${'k'.repeat(1 << 20)}":1`) },
      { name: 'a string of ten megabytes', text: withMember(`"x":"${'v'.repeat(10 << 20)}"`) },
      { name: 'an integer of 5,000 digits', text: withMember(`"x":${'9'.repeat(5000)}`) },
      {
        name: 'an integer beyond 2^53 as account',
        text: around(TEXT.replaceAll('"accountId":"111122223333"', '"accountId":111122223333000000001')),
      },
      { name: 'an exponent without end', text: withMember('"x":1e99999999') },
      {
        name: 'ten thousand members',
        text: withMember(Array.from({ length: 10_000 }, (_, at) => `"m${at}":${at}`).join(',')),
      },
      { name: 'a hundred thousand empty records', text: around(`${'{},'.repeat(100_000)}${TEXT}`) },
      { name: 'elements that are no records', text: around(`null,true,1,"x",[],[[]],${TEXT}`) },
    ],
    async ({ text, ...row }) => {
      // Of two members of one name the last counts, as JSON.parse has it: then the document says that there are none.
      if ('counted' in row) expect((await world.with(text)).code).toBeLessThan(4);
      else await tried(text, { counted: ['other-principal'] });
    },
  );

  faultTests(
    'json',
    POLLUTION.map((one) => ({
      ...one,
      name: `${one.key}: ${one.value.slice(0, 12)} in ${one.path.join('.') || 'the record'}`,
    })),
    async ({ path, key, value }) => {
      const plan = await tried(inserted(path, `${JSON.stringify(key)}:${value}`));
      expect(plan?.evidence.complete).toBe(true);
      expect(plan?.after.policies).toEqual(clean.after.policies);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  faultSweep(
    'json',
    'of another type',
    MEMBERS.flatMap((member) => SHAPES.map((shape) => `${member} is ${shape}`)),
    async (row) => {
      const [member, shape] = row.split(' is ') as [string, string];
      const text = JSON.stringify({ ...RECORD, [member]: '@@' }).replace('"@@"', () => shape);
      // Whose the record is, what it did and how it ended are told by its members: another value is another record.
      await tried(around(text), {
        counted: [
          'other-principal',
          'no-permission',
          'unmapped',
          'failed',
          'malformed',
          'inconclusive',
          'denied',
        ],
      });
    },
  );
});
