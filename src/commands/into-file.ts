/** `--output FILE` on commands that print as they go: what they print goes into one file, whole or not at all. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ExitCode, RunError, UsageError } from '../errors.ts';
import type { Io } from './command.ts';
import { whyNot } from './output.ts';

/**
 * Runs a command with its stdout in a file, which appears under its name when the command has ended, whatever its exit
 * code, and not at all when it throws. @throws UsageError without a name; RunError where the disk refuses.
 */
export async function intoFile(path: string, io: Io, run: (io: Io) => Promise<ExitCode>): Promise<ExitCode> {
  if (path === '') throw new UsageError('`--output` names no file: give one or leave it out');
  const full = resolve(path);
  const partial = `${full}.${randomBytes(6).toString('hex')}.partial`;
  const disk: Disk = (work) => {
    try {
      return work();
    } catch (error) {
      throw new RunError(`cannot write \`${path}\`: ${whyNot(error)}`);
    }
  };
  const handle = disk(() => {
    mkdirSync(dirname(full), { recursive: true });
    return openSync(partial, 'wx');
  });
  try {
    const code = await filled(handle, disk, io, run);
    disk(() => renameSync(partial, full));
    return code;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

type Disk = <T>(work: () => T) => T;

async function filled(
  handle: number,
  disk: Disk,
  io: Io,
  run: (io: Io) => Promise<ExitCode>,
): Promise<ExitCode> {
  const write = (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += disk(() => writeSync(handle, bytes, at));
  };
  try {
    const code = await run({ ...io, colour: false, out: write });
    disk(() => fsyncSync(handle));
    return code;
  } finally {
    closeSync(handle);
  }
}
