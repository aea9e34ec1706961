/** Progress on stderr: redrawn in place on a terminal, one line every 30 seconds elsewhere, nothing with --quiet. */
import type { Progress } from '../trail/source.ts';
import type { Io } from './command.ts';

const REDRAW_MS = 100;
const LINE_MS = 30_000;

export interface ProgressLine {
  update(progress: Progress): void;
  /** Clears what was drawn. */
  end(): void;
}

export function createProgress(io: Io, quiet: boolean): ProgressLine {
  const started = io.now();
  let last = started;
  let drawn = false;
  return {
    update: (progress) => {
      const now = io.now();
      if (quiet || now - last < (io.tty ? REDRAW_MS : LINE_MS)) return;
      last = now;
      const line = describe(progress, now - started);
      if (io.tty) io.err(`\r\u001b[2K${line}`);
      else io.err(`${line}\n`);
      drawn = io.tty;
    },
    end: () => {
      if (drawn) io.err('\r\u001b[2K');
      drawn = false;
    },
  };
}

/** e.g. `1,204 of 8,800 objects, 1.2 GB, 2,400,000 records (310,000/s), 42 s left` */
export function describe(progress: Progress, elapsedMs: number): string {
  const { objectsDone, objectsTotal, bytesDone, bytesTotal, records } = progress;
  const seconds = Math.max(elapsedMs / 1000, 0.001);
  const parts = [
    objectsTotal === undefined
      ? `${count(objectsDone)} objects`
      : `${count(objectsDone)} of ${count(objectsTotal)} objects`,
    size(bytesDone),
    `${count(records)} records (${count(Math.round(records / seconds))}/s)`,
  ];
  if (bytesTotal !== undefined && bytesDone > 0 && bytesDone < bytesTotal)
    parts.push(`${count(Math.ceil((seconds * (bytesTotal - bytesDone)) / bytesDone))} s left`);
  return parts.join(', ');
}

const count = (value: number): string => value.toLocaleString('en-US');

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
