/** The parts of validation by themselves: keys as documented, signatures, exact unpacking, names. */
import { constants, generateKeyPairSync, publicDecrypt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { FAULTS } from '../../../src/trail/digest/finding.ts';
import { gunzipExactly } from '../../../src/trail/digest/gunzip.ts';
import { logTime, parseDigestName } from '../../../src/trail/digest/key.ts';
import { keysFromFile } from '../../../src/trail/digest/keys.ts';
import {
  decodePublicKey,
  fingerprintOf,
  signatureHolds,
  stringToSign,
} from '../../../src/trail/digest/signature.ts';
import { validateLogs } from '../../../src/trail/digest/validate.ts';
import { readCases } from '../../support/cases.ts';
import { bucketArchive, buildTrail } from '../../support/digest-trail.ts';

/**
 * The key that the user guide shows as an answer of ListPublicKeys, with its fingerprint.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 */
const DOCUMENTED = {
  Fingerprint: '31e8b5433410dfb61a9dc45cc65b22ff',
  Value:
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqlzPJbvZJ42UdcmLfPUqXYNfOs6I8lCfao/tOs8CmzPOEdtLWugB9xoIUz78' +
    'qVHdKIqxbaG4jWHfJBiOSSFBM0lt8cdVo4TnRa7oG9io5pysS6DJhBBAeXsicufsiFJR+wrUNh8RSLxL4k6G1+BhLX20tJkZ/erT97tD' +
    'GBujAelqseGg3vPZbTx9SMfOLN65PdLFudLP7Gat0Z9p5jw/rjpclKfo9Bfc3heeBxWGKwBBOKnFAaN9V57pOaosCvPKmHd9bg7jsQkI' +
    '9Xp22IzGLsTFJZYVA3KiTAElDMu80iFXPHEq9hKNbt9e4URFam+1utKVEiLkR2disdCmPTK0VQIDAQAB',
};
/**
 * The signature in the user guide's sample digest, which names that key. The text that was signed is not published whole.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
const DOCUMENTED_SIGNATURE =
  '50887ccffad4c002b97caa37cc9dc626e3c680207d41d27fa5835458e066e0d3652fc4dfc30937e4d5f4cc7f796e7a258fb50a43ac427f' +
  '2237f6e505d4efaf373d156e15e3b68dea9f58111d395b62628d6bd367a9024d2183b5c5f6e19466d3a996b92df705bc997b8a0e13430f' +
  '241d733cf95df4e41bb6c304c3f58363043572ea57a27085639ce187e679c0d81c7519b1184fa77fb7ab0b0e40a32dace6e1eefc3995c5' +
  'ae182da49b62b26398cebb52a2201a6387b75b89c83e5570bcb9bba6c34a80f2f00a1c6ebe07d1ff149eccd812dc805bb3eeff6657db32' +
  'a6cb48d2d096404eb76181877bc6ebb8cd0b23f823200155b2fd8848d428e46e8456328a';
/** What RSASSA-PKCS1-v1_5 puts before a SHA-256 hash. https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const SHA256_INFO = '3031300d060960864801650304020105000420';
const AROUND = { from: 0, to: 1 };

describe('public keys', () => {
  it("are taken as the user guide's example has them", async () => {
    const bytes = Buffer.from(DOCUMENTED.Value, 'base64');
    expect(fingerprintOf(bytes)).toBe(DOCUMENTED.Fingerprint);
    const file = JSON.stringify({ PublicKeyList: [DOCUMENTED] });
    const found = await keysFromFile(file, 'keys.json').find('us-east-2', DOCUMENTED.Fingerprint, AROUND);
    expect(found).toMatchObject({ kind: 'key', odd: false });
  });

  it("open the signature of the user guide's sample digest: PKCS#1 v1.5 over a SHA-256 hash", () => {
    const key = decodePublicKey(Buffer.from(DOCUMENTED.Value, 'base64'))!;
    const padding = constants.RSA_PKCS1_PADDING;
    const opened = publicDecrypt({ key, padding }, Buffer.from(DOCUMENTED_SIGNATURE, 'hex')).toString('hex');
    expect([opened.slice(0, SHA256_INFO.length), opened.length]).toEqual([SHA256_INFO, 2 * (19 + 32)]);
    expect(signatureHolds('another text', DOCUMENTED_SIGNATURE, key)).toBe(false);
  });

  it('are taken in either encoding, and no other kind of key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const type of ['pkcs1', 'spki'] as const) {
      const key = decodePublicKey(publicKey.export({ format: 'der', type }) as Buffer);
      expect(key?.equals(publicKey)).toBe(true);
    }
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
    expect(decodePublicKey(other as Buffer)).toBeUndefined();
    expect(decodePublicKey(new Uint8Array())).toBeUndefined();
  });

  it('of several regions may be in one file; what is not there may still exist', async () => {
    const [one, two] = [buildTrail().keys, { PublicKeyList: [DOCUMENTED] }];
    const keys = keysFromFile(JSON.stringify([one, two]), 'keys.json');
    for (const { Fingerprint } of [...one.PublicKeyList, DOCUMENTED])
      expect((await keys.find('any', Fingerprint, AROUND)).kind).toBe('key');
    expect((await keys.find('any', 'ffff', AROUND)).kind).toBe('unavailable');
    expect((await keys.find('any', '__proto__', AROUND)).kind).toBe('unavailable');
  });

  it.each([['no json'], ['null'], ['{}'], ['{"PublicKeyList":[{}]}'], ['[{"PublicKeyList":[null]}]']])(
    'refuses a file with %s',
    (text) => {
      expect(() => keysFromFile(text, 'keys.json')).toThrow(UsageError);
    },
  );
});

describe('what is signed', () => {
  const digest = {
    place: { bucket: 'amzn-s3-demo-bucket', key: 'AWSLogs/x.json.gz' },
    fingerprint: '',
    from: 0,
    to: 1,
    endText: '2015-08-12T04:01:31Z',
    previous: undefined,
    logs: [],
  };
  it('is four lines without one more at the end; a starting digest says null', () => {
    expect(stringToSign({ ...digest, previousSignature: 'ab12' }, 'cd34')).toBe(
      '2015-08-12T04:01:31Z\namzn-s3-demo-bucket/AWSLogs/x.json.gz\ncd34\nab12',
    );
    expect(stringToSign({ ...digest, previousSignature: null }, 'cd34')).toMatch(/\ncd34\nnull$/);
  });
  it('holds for no signature that is not hexadecimal, whatever its length', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]*$/)), (signature) => {
        expect(signatureHolds('text', signature, publicKey)).toBe(false);
      }),
    );
  });
});

describe('exact unpacking', () => {
  const bytes = fc.uint8Array({ maxLength: 5000 });
  it('gives back what was packed', () => {
    fc.assert(
      fc.property(bytes, (document) => {
        const unpacked = gunzipExactly(gzipSync(document));
        expect(unpacked.kind === 'bytes' && Buffer.from(document).equals(unpacked.bytes)).toBe(true);
      }),
    );
  });
  it('refuses whatever follows', () => {
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 50 }), (document, rest) => {
        const unpacked = gunzipExactly(Buffer.concat([gzipSync(document), rest]));
        expect(unpacked).toMatchObject({ kind: 'fault', fault: 'trailing-data' });
      }),
    );
  });
  it('refuses every cut and gives no other document for a changed bit', () => {
    const document = '{"Records":[{"eventID":"1"},{"eventID":"2"}]}';
    const packed = gzipSync(document);
    for (let length = 0; length < packed.length; length++)
      expect(gunzipExactly(packed.subarray(0, length))).toMatchObject({ fault: 'format' });
    for (let bit = 8 * 10; bit < 8 * packed.length; bit++) {
      const changed = Buffer.from(packed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const unpacked = gunzipExactly(changed);
      // The last byte of the compressed data is filled up with bits that mean nothing.
      if (unpacked.kind === 'bytes') expect(Buffer.from(unpacked.bytes).toString()).toBe(document);
    }
  });
  it('reads headers with every optional field', () => {
    const plain = gzipSync('hello');
    const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]);
    const fields = Buffer.from('\x03\x00abcname\0comment\0\x12\x34', 'latin1');
    const unpacked = gunzipExactly(Buffer.concat([header, fields, plain.subarray(10)]));
    expect(unpacked.kind === 'bytes' && Buffer.from(unpacked.bytes).toString()).toBe('hello');
  });
  it('ends for any bytes', () => {
    fc.assert(
      fc.property(bytes, (rest) => {
        gunzipExactly(rest);
        gunzipExactly(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), rest]));
      }),
    );
  });
});

describe('names', () => {
  it('tell chains apart, underscores in the name of the trail or not', () => {
    const name = '111122223333_CloudTrail-Digest_us-east-1_a_b_us-east-2_eu-west-1_20260102T030405Z';
    const id = {
      accountId: '111122223333',
      region: 'us-east-1',
      trail: 'a_b_us-east-2',
      homeRegion: 'eu-west-1',
    };
    const time = Date.parse('2026-01-02T03:04:05Z');
    expect(parseDigestName(`x/${name}.json.gz`)).toEqual({ ...id, backfill: false, time });
    expect(parseDigestName(`${name}_backfill.json.gz`)).toEqual({ ...id, backfill: true, time });
    expect(parseDigestName(`${name.replace('0102', '1399')}.json.gz`)).toBeUndefined();
    expect(logTime('111122223333_CloudTrail_us-east-1_20260102T0304Z_abc.json.gz')).toBe(time - 5000);
    expect(logTime('111122223333_CloudTrail_us-east-1_20261302T0304Z_abc.json.gz')).toBeUndefined();
  });
});

describe('several trails in a bucket', () => {
  const built = buildTrail();
  for (const [key, object] of buildTrail({ trail: 'other' }).objects) built.objects.set(key, object);
  const keys = keysFromFile(JSON.stringify(built.keys), 'keys.json');
  const window = { from: Date.parse('2026-01-02T00:00:00Z'), to: Date.parse('2026-01-02T06:30:00Z') };
  it('are chains of their own', async () => {
    const report = await validateLogs({ window, keys, archive: bucketArchive(built) });
    expect(report.chains.map(({ trail, backfill, digests }) => [trail, backfill, digests.valid])).toEqual([
      ['main', false, 6],
      ['main', true, 3],
      ['other', false, 6],
      ['other', true, 3],
    ]);
    expect([report.digests.invalid, report.logs]).toEqual([0, { valid: 26, invalid: 0, unverified: 0 }]);
  });
  it('and one alone does not list the files of the other', async () => {
    const report = await validateLogs({ window, keys, archive: bucketArchive(built), trail: 'main' });
    expect(report.logs).toEqual({ valid: 13, invalid: 0, unverified: 13 });
  });
});

describe('the tables of tampering', () => {
  it('hold a case for every fault', () => {
    const seen = readCases<{ expect: string[][] }>('trail/digest')
      .flatMap(({ cases }) => cases.flatMap((one) => one.expect))
      .map(([, , fault]) => fault);
    expect(Object.keys(FAULTS).filter((fault) => !seen.includes(fault))).toEqual([]);
  });
});
