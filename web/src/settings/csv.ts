/**
 * Tables as text (RFC 4180), as spreadsheets write and read them: cells between commas, semicolons
 * or tabs, in quotes where they hold one of these; UTF-8, UTF-16 with its mark, or GB 18030.
 */

const SEPARATORS = [',', ';', '\t'] as const;

/** The text of a file; what is no UTF-8 is taken as what Chinese spreadsheets write. */
export function decodeTable(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/** The one that the first line has most of, outside quotes. */
function separatorOf(text: string): string {
  const line = text.replace(/"[^"]*"/g, '').split(/\r\n|\n|\r/, 1)[0] ?? '';
  const counts = SEPARATORS.map((each) => line.split(each).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

export interface TableLine {
  /** Of the file, from 1. */
  number: number;
  cells: string[];
}

/** The lines that hold anything; each ends with its line, or with the file. */
export function parseTable(whole: string): TableLine[] {
  const text = whole.replace(/^\ufeff/, '');
  const separator = separatorOf(text);
  const lines: TableLine[] = [];
  let [cells, cell, isQuoted, number, begun]: [string[], string, boolean, number, number] = [
    [],
    '',
    false,
    1,
    1,
  ];
  const endLine = () => {
    cells.push(cell);
    if (cells.some((each) => each.trim() !== '')) lines.push({ number: begun, cells });
    [cells, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i++) {
    const at = text[i] as string;
    const isBreak = at === '\n' || (at === '\r' && text[i + 1] !== '\n');
    if (isBreak) number++;
    if (isQuoted) {
      if (at !== '"') cell += at;
      else if (text[i + 1] === '"') {
        cell += at;
        i++;
      } else isQuoted = false;
    } else if (at === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (at === separator) {
      cells.push(cell);
      cell = '';
    } else if (isBreak) {
      endLine();
      begun = number;
    } else if (at !== '\r') cell += at;
  }
  endLine();
  return lines.map((line) => ({ ...line, cells: line.cells.map(plainCell) }));
}

/** A cell that a spreadsheet would take as a formula carries a quote before it. */
const FORMULA = /^[=@\t]|^[+-](?![\d\s().-]*$)/;

function plainCell(cell: string): string {
  const text = cell.trim();
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

function written(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** With the mark by which spreadsheets know UTF-8. */
export function writeTable(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((row) => row.map(written).join(',')).join('\r\n')}\r\n`;
}
