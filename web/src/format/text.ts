const named: Record<string, string> = { '\t': String.raw`\t`, '\n': String.raw`\n`, '\r': String.raw`\r` }

/**
 * A text in which different texts look different, as `backsight history --by-value` prints it:
 * characters without a shape become escapes, such as \t and \u00a0, and a text that begins or ends
 * with a space gets quotation marks. Further spaces after a space do not collapse.
 */
export function visible(text: string): string {
  const shown = text
    .replace(/(?! )[\p{C}\p{Z}]/gu, (char) => named[char] ?? escaped(char.codePointAt(0)!))
    .replace(/ {2,}/g, (spaces) => ` ${'\u00A0'.repeat(spaces.length - 1)}`)
  return text.trim() === text ? shown : `"${shown}"`
}

function escaped(code: number): string {
  if (code < 0x80) return String.raw`\x` + code.toString(16).padStart(2, '0')
  return code > 0xffff ? String.raw`\U` + code.toString(16).padStart(8, '0') : String.raw`\u` + code.toString(16).padStart(4, '0')
}
