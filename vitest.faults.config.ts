import { defineConfig } from 'vitest/config';

/** The fault suite alone, with a reporter that counts faults: `npm run faults`. */
export default defineConfig({
  test: {
    include: ['test/faults/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'threads',
    env: { GEN_POLICY_FAULTS: 'all' },
    reporters: ['./test/faults/reporter.ts'],
  },
});
