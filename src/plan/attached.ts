/** An attached policy, parsed; a run that cannot read one stops, for nothing could be compared with it. */
import type { AttachedPolicy } from '../account/account.ts';
import { EvidenceError, RunError } from '../errors.ts';
import type { Policy } from '../policy/document.ts';
import { parseOnce } from '../policy/parse.ts';

/** @throws EvidenceError where the document could not be had, RunError where it is no policy that IAM takes. */
export function parseAttached({ name, document, problem }: AttachedPolicy): Policy {
  if (problem !== undefined)
    throw new EvidenceError(
      `${problem}, so nothing can be compared with it: give all of the account, with every policy in it`,
    );
  const result = parseOnce(document);
  if (result.ok) return result.policy;
  const { path, message } = result.problems[0]!;
  throw new RunError(
    `policy \`${name}\` cannot be read (\`${path}\`: ${message}), so nothing can be compared with it: check the account file`,
  );
}
