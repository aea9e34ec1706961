/** Message strings of SARIF: braces are placeholders and brackets are links unless escaped (sections 3.11.5 and 3.11.6). */
import { visible } from './visible.ts';

/** A plain-text message without live placeholders or links. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export const sarifText = (text: string): string =>
  SPECIAL.test(text)
    ? visible(text)
        .replace(/[{}]/g, '$&$&')
        .replace(/[\\[\]]/g, '\\$&')
    : text;

/** All but printable ASCII that SARIF has no other use for, of which most texts are. */
const SPECIAL = /[^ -Z^-z|~]/;

/** A relative URI reference from a file path. */
export const sarifUri = (path: string): string =>
  path
    .split('/')
    .map((part) =>
      encodeURIComponent(part.replace(/\p{Cs}/gu, '\uFFFD')).replace(
        /[!'()*]/g,
        (char) => `%${char.charCodeAt(0).toString(16)}`,
      ),
    )
    .join('/');
