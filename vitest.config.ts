import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**', '**/node_modules/**'],
    testTimeout: 30_000,
    pool: 'threads',
    // Its modules import folders, which Node by itself does not resolve.
    server: { deps: { inline: ['dt-sql-parser'] } },
  },
});
