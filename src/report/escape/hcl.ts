/** Strings, comments and names of Terraform's language. https://developer.hashicorp.com/terraform/language/expressions/strings */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A quoted string in which nothing is a template: `${` and `%{` are written `$${` and `%%{`. */
export function hclString(text: string): string {
  const safe = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/([$%])(?=\{)/g, '$1$1')
    .replace(UNSEEN, (char) => {
      const code = char.codePointAt(0)!;
      // Unpaired surrogates have no form in HCL; U+FFFD is what every UTF-8 encoder would make of them.
      if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
      return code > 0xffff
        ? `\\U${code.toString(16).padStart(8, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    });
  return `"${safe}"`;
}

/** Different names for different texts, fit for a resource: lower case, digits and `_`, a letter first. */
export function hclNames(texts: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const plain = text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 64);
    const base = /^[a-z]/.test(plain) ? plain : `policy_${plain}`.replace(/_$/, '');
    let free = base;
    for (let next = 2; taken.has(free); next++) free = `${base}_${next}`;
    taken.add(free);
    return free;
  });
}
