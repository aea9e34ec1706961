import { visible } from './visible.ts';

/** Text from a log for a terminal: no escape sequence, carriage return or bidi override gets through. */
export const terminalText = visible;
