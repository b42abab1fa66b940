// Tables as CSV (RFC 4180) that a spreadsheet opens without running anything that is in them.

export type Cell = string | number | undefined;

/** Lines end in CRLF. Numbers keep full precision; text that a spreadsheet would take for a formula gets a leading apostrophe. */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map(cellText).join(',')).join('\r\n') + '\r\n';
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  // Also behind spaces: spreadsheets trim them before they look for a formula.
  const safe = /^[\s]*[=+\-@]|^[\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
