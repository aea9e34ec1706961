/** The packed catalogue says what the compiled one says, whichever service is asked about first. */
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../src/catalogue/catalogue.ts';
import { compileCatalogue } from '../../src/catalogue/compile.ts';
import { pack, unpack } from '../../src/catalogue/packed.ts';

const data = await compileCatalogue();
const whole = createCatalogue(data);
const text = pack(data);

describe('the packed catalogue', () => {
  it('is ASCII, one JSON value a line, and the same bytes when packed again', () => {
    expect(/^[\x0a\x20-\x7e]*$/.test(text)).toBe(true);
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBe(data.services.length + 1);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(pack(unpack(text))).toBe(text);
  });

  it('gives every action and resource type of every service', () => {
    const packed = createCatalogue(unpack(text));
    expect(packed.services).toEqual(whole.services);
    expect(packed.version).toBe(whole.version);
    for (const service of [...whole.services].reverse()) {
      expect(packed.serviceName(service)).toBe(whole.serviceName(service));
      expect(packed.actionsOf(service)).toEqual(whole.actionsOf(service));
      expect(packed.resourceTypesOf(service)).toEqual(whole.resourceTypesOf(service));
    }
    expect(packed.expand('*').length).toBe(whole.expand('*').length);
  });

  it('keeps text beyond ASCII', () => {
    const odd = { version: '1', levels: ['Read'] as const, services: [['x', 'Ümlaut 😀', [], []]] as const };
    expect(createCatalogue(unpack(pack(odd))).serviceName('x')).toBe('Ümlaut 😀');
  });

  it('knows nothing of a service that AWS does not have', () => {
    const packed = createCatalogue(unpack(text));
    for (const service of ['constructor', '__proto__', 'frobnicate', '']) {
      expect(packed.action(`${service}:toString`)).toBeUndefined();
      expect(packed.actionsOf(service)).toEqual([]);
      expect(packed.resourceTypesOf(service)).toEqual([]);
      expect(packed.resourceType(service, 'bucket')).toBeUndefined();
      expect(packed.serviceName(service)).toBeUndefined();
      expect(packed.expand(`${service}:*`)).toEqual([]);
    }
  });
});
