const named: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r' }

/**
 * Returns a text in the form that `backsight history --by-value` prints, so that different texts
 * look different. A text that contains a character without a shape (such as a tab), begins or ends
 * with a space, begins with a quotation mark, or is empty, is quoted: "a\tb". The browser does not
 * collapse a space after a space.
 */
export function visible(text: string): string {
  const quoted = /^$|^[ "]| $|(?! )[\p{C}\p{Z}]/u.test(text)
  const shown = quoted ? `"${text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, (char) => named[char] ?? escaped(char.codePointAt(0)!))}"` : text
  return shown.replace(/ {2,}/g, (spaces) => ` ${'\u00A0'.repeat(spaces.length - 1)}`)
}

function escaped(code: number): string {
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
