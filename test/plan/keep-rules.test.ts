import { describe, expect, it } from 'vitest';
import { parseConfig, readConfig } from '../../src/commands/config.ts';
import { UsageError } from '../../src/errors.ts';

const rule = { action: 'kms:*', owner: 'platform', reason: 'yearly rotation' };
const keep = (value: unknown) => () => parseConfig(JSON.stringify({ keep: value }), 'conf.json');

describe('config file', () => {
  it('gives flags and rules', () => {
    const text = JSON.stringify({
      'grace-days': 30,
      conditions: ['mfa'],
      keep: [{ ...rule, expires: '2026-12-31' }],
    });
    expect(parseConfig(`\uFEFF${text}`, 'conf.json')).toEqual({
      flags: { 'grace-days': 30, conditions: ['mfa'] },
      keep: [{ ...rule, expires: '2026-12-31' }],
    });
  });
  it('is empty where there is none, and an error where the named one is missing', async () => {
    await expect(readConfig(undefined, '/nowhere')).resolves.toEqual({ flags: {}, keep: [] });
    await expect(readConfig('/nowhere/conf.json', '/')).rejects.toThrow(UsageError);
  });
  it.each([
    ['no list', {}, 'is no list'],
    ['a rule that is no object', ['kms:*'], 'rule 1'],
    ['an unknown key', [rule, { ...rule, actions: 'kms:*' }], '`actions`'],
    ['no pattern', [{ owner: 'a', reason: 'b' }], 'no pattern'],
    ['no owner', [{ action: 'kms:*', reason: 'b' }], 'an owner'],
    ['no reason', [{ action: 'kms:*', owner: 'b' }], 'a reason'],
    ['an empty pattern', [{ ...rule, action: ' ' }], '`action`'],
    ['a pattern that is no text', [{ ...rule, sid: 4 }], '`sid`'],
    ['a day that does not exist', [{ ...rule, expires: '2026-02-30' }], '2026-02-30'],
    ['a day in another form', [{ ...rule, expires: '31.12.2026' }], '31.12.2026'],
  ])('refuses %s', (_, value, message) => {
    expect(keep(value)).toThrow(UsageError);
    expect(keep(value)).toThrow(message);
  });
  it.each([
    ['text that is not JSON', '{"a":', 'not JSON'],
    ['a list', '[]', 'no object'],
    ['a nested value', '{"aws": {"region": "x"}}', '`aws`'],
    ['a key that is no own word of ours', '{"__proto__": {"x": 1}}', '__proto__'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseConfig(text, 'conf.json')).toThrow(message);
  });
});
