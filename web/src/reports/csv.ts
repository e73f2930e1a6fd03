/**
 * Tables as CSV (RFC 4180), as spreadsheets read it: UTF-8 behind a byte order mark, lines that end
 * with CR LF, and no cell that would be taken for a formula.
 */
const MARK = '\uFEFF';

/** Digits and what stands between them is a number, a time or coordinates, whatever its sign. */
const HARMLESS = /^[-+]?[\d\s.,:/]*$/;

/** A text that a spreadsheet would calculate begins with an apostrophe. */
export function plainCell(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !HARMLESS.test(text) ? `'${text}` : text;
}

function field(text: string, separator: string): string {
  const plain = plainCell(text);
  const needsQuotes = plain.includes(separator) || /["\r\n]/.test(plain);
  return needsQuotes ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export function csvOf(rows: readonly (readonly string[])[], separator: string): string {
  const lines = rows.map((row) => row.map((cell) => field(cell, separator)).join(separator));
  return `${MARK}${lines.join('\r\n')}\r\n`;
}

/** Where numbers have a comma, spreadsheets part cells by a semicolon. */
export function separatorOf(locale: string): ',' | ';' {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.some(({ type, value }) => type === 'decimal' && value === ',') ? ';' : ',';
}
