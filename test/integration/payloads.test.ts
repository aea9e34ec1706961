import { describe } from 'vitest';
import { payloadSuite } from '../support/payload-suite.ts';

describe('every payload in every place of every field', () => payloadSuite('all'));
