import { describe } from 'vitest';
import { payloadSuite } from '../support/payload-suite.ts';

describe('some payloads in every field; test/integration runs them all', () => payloadSuite('some'));
