/** YAML scalars. Double quotes always: no word becomes a number, a date, a boolean, a tag or an alias. https://yaml.org/spec/1.2.2/ */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A double-quoted scalar. */
export function yamlString(text: string): string {
  const safe = text.replace(/[\\"]/g, '\\$&').replace(UNSEEN, (char) => {
    const code = char.codePointAt(0)!;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${safe}"`;
}

/** A mapping key: bare where it is a plain word that YAML leaves alone. */
export const yamlKey = (text: string): string =>
  /^[A-Z][A-Za-z0-9]*$/.test(text) &&
  !/^(?:Yes|No|On|Off|True|False|Null|Y|N|YES|NO|ON|OFF|TRUE|FALSE|NULL)$/.test(text)
    ? text
    : yamlString(text);
