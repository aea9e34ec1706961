/** `npm run faults`: how many distinct faults ran, by kind, and how many violations. Fails below the promised number. */
import type { Reporter, TestModule } from 'vitest/node';
import type { FaultKind } from './suite.ts';

const PROMISED = 400;

export default class FaultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tried = new Map<FaultKind, Set<string>>();
    const violations: string[] = errors.map((error) => `outside a test: ${messageOf(error)}`);
    let skipped = 0;
    for (const module of modules) {
      for (const error of module.errors()) violations.push(`${module.moduleId}: ${messageOf(error)}`);
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'skipped') skipped++;
        if (result.state === 'failed')
          violations.push(`${test.fullName}: ${result.errors.map(messageOf).join('; ')}`);
        for (const { kind, name } of test.meta().faults ?? []) {
          const known = tried.get(kind) ?? new Set();
          // Of alike names in two files the places differ.
          tried.set(kind, known.add(`${module.relativeModuleId} ${name}`));
        }
      }
    }
    const rows = [...tried]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, names]) => [kind, names.size] as const);
    const total = rows.reduce((sum, [, count]) => sum + count, 0);
    for (const [kind, count] of rows)
      process.stdout.write(`${kind.padEnd(10)}${String(count).padStart(7)}\n`);
    process.stdout.write(`${'faults'.padEnd(10)}${String(total).padStart(7)}\n`);
    process.stdout.write(`${'violations'.padEnd(10)}${String(violations.length).padStart(7)}\n`);
    if (skipped > 0) process.stdout.write(`SKIPPED: ${skipped} tests\n`);
    for (const one of violations) process.stdout.write(`\n${one.slice(0, 4000)}\n`);
    if (total < PROMISED) process.stdout.write(`\nfewer than the ${PROMISED} faults promised\n`);
    if (total < PROMISED || violations.length > 0) process.exitCode = 1;
  }
}

const messageOf = (error: unknown): string =>
  error !== null && typeof error === 'object' && 'message' in error ? String(error.message) : String(error);
