/** A trail with digests signed by generated keys, as CloudTrail would leave it in a bucket; and hands that tamper with it. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Archive } from '../../src/trail/digest/archive.ts';
import { parseDigestName } from '../../src/trail/digest/key.ts';
import { parseObjectKey } from '../../src/trail/layout.ts';

export const BUCKET = 'logs';
const DAY = '2026-01-02';
const HOUR = 3_600_000;

export interface TrailOptions {
  readonly account?: string;
  readonly region?: string;
  readonly trail?: string;
  readonly home?: string;
  readonly prefix?: string;
  readonly org?: string;
  /** Hours of the day that a digest covers; 0 to 5 where not given. */
  readonly hours?: readonly number[];
  /** Hours whose digest begins a chain. */
  readonly begins?: readonly number[];
  readonly encoding?: 'pkcs1' | 'spki';
  /** Text of log files by label, in the place of one made-up record without meaning. */
  readonly documents?: ReadonlyMap<string, string>;
}

export interface StoredObject {
  bytes: Buffer;
  metadata: Record<string, string>;
}

export interface BuiltTrail {
  readonly objects: Map<string, StoredObject>;
  /** `D2`: the standard digest of hour 2. `B2`: its backfill digest. `L2a`: a log file. */
  readonly labels: Map<string, string>;
  readonly keys: { PublicKeyList: { Fingerprint: string; Value: string }[] };
  readonly options: TrailOptions;
}

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const makeKeys = (): Keys => generateKeyPairSync('rsa', { modulusLength: 2048 });
const OURS = makeKeys();
const THEIRS = makeKeys();

const der = ({ publicKey }: Keys, type: 'pkcs1' | 'spki'): Buffer =>
  publicKey.export({ format: 'der', type }) as Buffer;
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const iso = (hour: number): string =>
  new Date(Date.parse(`${DAY}T00:00:00Z`) + hour * HOUR).toISOString().replace('.000Z', 'Z');
const compact = (text: string): string => text.replaceAll(/[-:]/g, '');

function signed(body: Record<string, unknown>, keys: Keys, extra: Record<string, string> = {}): StoredObject {
  const text = Buffer.from(JSON.stringify(body));
  const toSign = `${body.digestEndTime}\n${body.digestS3Bucket}/${body.digestS3Object}\n${sha256(text)}\n${body.previousDigestSignature ?? 'null'}`;
  const signature = sign('RSA-SHA256', Buffer.from(toSign), keys.privateKey).toString('hex');
  return {
    bytes: gzipSync(text),
    metadata: { signature, 'signature-algorithm': 'SHA256withRSA', ...extra },
  };
}

export function buildTrail(options: TrailOptions = {}): BuiltTrail {
  const { account = '111122223333', region = 'eu-west-1', trail = 'main', home = 'eu-west-1' } = options;
  const { hours = [0, 1, 2, 3, 4, 5], begins = [], encoding = 'pkcs1', prefix, org } = options;
  const root = `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/${org === undefined ? '' : `${org}/`}${account}`;
  const day = DAY.replaceAll('-', '/');
  const objects = new Map<string, StoredObject>();
  const labels = new Map<string, string>();
  const key = der(OURS, encoding);
  const addLog = (label: string, hour: number, minute: number) => {
    const stamp = `${DAY.replaceAll('-', '')}T${String(hour).padStart(2, '0')}${minute}Z`;
    const name = `${root}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${stamp}_${trail}${label}.json.gz`;
    const made = JSON.stringify({ Records: [{ eventID: `${account}${region}${trail}${label}` }] });
    const text = Buffer.from(options.documents?.get(label) ?? made);
    objects.set(name, { bytes: gzipSync(text), metadata: {} });
    labels.set(label, name);
    return { s3Bucket: BUCKET, s3Object: name, hashValue: sha256(text), hashAlgorithm: 'SHA-256' };
  };
  const chain = (sort: 'D' | 'B') => {
    let previous: { name: string; object: StoredObject } | undefined;
    for (const hour of sort === 'D' ? hours : hours.slice(1, 4)) {
      if (sort === 'D' && begins.includes(hour)) previous = undefined;
      const end = iso(hour + 1);
      const name = `${root}/CloudTrail-Digest/${region}/${day}/${account}_CloudTrail-Digest_${region}_${trail}_${home}_${compact(end)}${sort === 'B' ? '_backfill' : ''}.json.gz`;
      const at = [addLogs(sort, hour)].flat();
      const body = {
        awsAccountId: account,
        digestStartTime: iso(hour),
        digestEndTime: end,
        digestS3Bucket: BUCKET,
        digestS3Object: name,
        digestPublicKeyFingerprint: md5(key),
        digestSignatureAlgorithm: 'SHA256withRSA',
        newestEventTime: null,
        oldestEventTime: null,
        previousDigestS3Bucket: previous ? BUCKET : null,
        previousDigestS3Object: previous?.name ?? null,
        previousDigestHashValue: previous ? sha256(gunzipSync(previous.object.bytes)) : null,
        previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
        previousDigestSignature: previous?.object.metadata.signature ?? null,
        logFiles: at,
      };
      const made = sort === 'B' ? { 'backfill-generation-timestamp': `${DAY}T12:00:00.000Z` } : undefined;
      const object = signed(body, OURS, made);
      objects.set(name, object);
      labels.set(`${sort}${hour}`, name);
      previous = { name, object };
    }
  };
  /** An hour has two files, the fourth none; backfill found one more. */
  const addLogs = (sort: 'D' | 'B', hour: number) => {
    if (sort === 'B') return addLog(`L${hour}z`, hour, 30);
    return hour === 3 ? [] : [addLog(`L${hour}a`, hour, 15), addLog(`L${hour}b`, hour, 40)];
  };
  chain('D');
  chain('B');
  return {
    objects,
    labels,
    keys: { PublicKeyList: [{ Fingerprint: md5(key), Value: key.toString('base64') }] },
    options,
  };
}

/** One step of a case: the hand's name, then what it takes. Labels name objects. */
export type Step = readonly [hand: string, ...values: string[]];

export function tamper(built: BuiltTrail, [hand, label = '', one = '', two = '']: Step): void {
  const { objects, labels, keys } = built;
  const name = labels.get(label) ?? '';
  const object = objects.get(name);
  const must = (): StoredObject => {
    if (!object) throw new Error(`no object ${label}`);
    return object;
  };
  const edit = (change: (text: string) => string): void => {
    const before = gunzipSync(must().bytes).toString();
    const after = change(before);
    if (after === before) throw new Error(`${hand} ${label} changed nothing`);
    must().bytes = gzipSync(after);
  };
  const body = (): Record<string, unknown> => JSON.parse(gunzipSync(must().bytes).toString());
  const fill = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('@') ? labels.get(value.slice(1)) : value;
  const renamed = (): string => {
    const key = name.replace(/T\d{6}Z/, `T${one}00Z`).replace(/T\d{4}Z/, `T${one}Z`);
    labels.set(two, key);
    return key;
  };
  switch (hand) {
    case 'delete':
      must();
      objects.delete(name);
      return;
    case 'replace':
      edit((text) => text.replace(one, two));
      return;
    case 'set': {
      const value = { ...body(), [one]: JSON.parse(two) as unknown };
      edit(() => JSON.stringify(value));
      return;
    }
    case 'unset': {
      const { [one]: _, ...rest } = body();
      edit(() => JSON.stringify(rest));
      return;
    }
    case 'reformat':
      edit((text) => JSON.stringify(JSON.parse(text), null, 2));
      return;
    case 'text':
      must().bytes = gzipSync(one);
      return;
    case 'repack':
      must().bytes = gzipSync(gunzipSync(must().bytes), { level: 1 });
      return;
    case 'unpack':
      must().bytes = gunzipSync(must().bytes);
      return;
    case 'cut':
      must().bytes = must().bytes.subarray(0, -Number(one));
      return;
    case 'empty':
      must().bytes = Buffer.alloc(0);
      return;
    case 'append':
      must().bytes = Buffer.concat([must().bytes, Buffer.from(one)]);
      return;
    case 'member':
      must().bytes = Buffer.concat([must().bytes, gzipSync(one)]);
      return;
    case 'flip': {
      const bytes = Buffer.from(must().bytes);
      const at = bytes.length + Number(one);
      bytes[at] = bytes[at]! ^ 1;
      must().bytes = bytes;
      return;
    }
    case 'copy':
      objects.set(renamed(), { ...must() });
      return;
    case 'move':
      objects.set(renamed(), must());
      objects.delete(name);
      return;
    case 'swap': {
      const other = objects.get(labels.get(one)!)!;
      objects.set(labels.get(one)!, must());
      objects.set(name, other);
      return;
    }
    case 'meta':
      if (two === '') delete must().metadata[one];
      else must().metadata[one] = two;
      return;
    case 'meta-of':
      must().metadata = { ...objects.get(labels.get(one)!)!.metadata };
      return;
    case 'upper-signature':
      must().metadata.signature = must().metadata.signature!.toUpperCase();
      return;
    case 'sign-as-us':
    case 'sign-as-them': {
      const us = hand === 'sign-as-us';
      const value = one === '' ? body() : { ...body(), [one]: fill(JSON.parse(two)) };
      if (!us && one === 'own-key') value.digestPublicKeyFingerprint = md5(der(THEIRS, 'pkcs1'));
      delete value['own-key'];
      const { signature: _, ...rest } = must().metadata;
      const { bytes, metadata } = signed(value, us ? OURS : THEIRS);
      objects.set(name, { bytes, metadata: { ...rest, signature: metadata.signature! } });
      return;
    }
    case 'no-keys':
      keys.PublicKeyList.length = 0;
      return;
    case 'spoil-key':
      keys.PublicKeyList[0]!.Value = Buffer.from('no key').toString('base64');
      return;
    case 'their-key':
      keys.PublicKeyList[0]!.Value = der(THEIRS, 'pkcs1').toString('base64');
      return;
    case 'add-log': {
      const key = [
        ...labels.get('L1a')!.split('/').slice(0, -1),
        `${built.options.account ?? '111122223333'}_CloudTrail_eu-west-1_20260102T${one}Z_${label}.json.gz`,
      ].join('/');
      objects.set(key, { bytes: gzipSync('{"Records":[]}'), metadata: {} });
      labels.set(label, key);
      return;
    }
    default:
      throw new Error(`no hand ${hand}`);
  }
}

/** The bucket as it is: what the S3 archive gives, without S3. */
export function bucketArchive({ objects }: BuiltTrail, unreadable: readonly string[] = []): Archive {
  const names = [...objects.keys()];
  const s3 = (key: string): string => `s3://${BUCKET}/${key}`;
  return {
    copied: false,
    digests: async () => names.filter((key) => parseDigestName(key)).map(s3),
    logs: async () => names.filter((key) => parseObjectKey(key).kind === 'log').map(s3),
    locate: ({ bucket, key }) => [`s3://${bucket}/${key}`],
    isAt: (name, { bucket, key }) => name === `s3://${bucket}/${key}`,
    read: async (name) => {
      const key = name.slice(s3('').length);
      if (unreadable.includes(key)) return { kind: 'unreadable', detail: 'AccessDenied' };
      const object = name.startsWith(s3('')) ? objects.get(key) : undefined;
      if (!object) return { kind: 'missing' };
      return { kind: 'object', bytes: object.bytes, metadata: new Map(Object.entries(object.metadata)) };
    },
  };
}
