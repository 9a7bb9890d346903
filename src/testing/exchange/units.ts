/** Amounts of assets are integers of this many parts of one, so that sums never lose a digit. */
export const partsOfOne = 1e8;

const decimalPattern = /^(\d+)(?:\.(\d+))?$/;

/**
 * Reads a decimal string as a whole number of units of 10^-decimals. `undefined` if it is not a decimal,
 * `'too-precise'` if it has more decimals than that.
 */
export function parseUnits(value: unknown, decimals: number): number | 'too-precise' | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = decimalPattern.exec(String(value));
  if (!match) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return 'too-precise';
  const units = Number(match[1] + fraction.padEnd(decimals, '0'));
  return Number.isSafeInteger(units) ? units : undefined;
}

/** Formats an integer of units of 10^-decimals as a decimal string, with all decimals. */
export function formatUnits(units: number, decimals: number): string {
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const sign = units < 0 ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Formats an amount of an asset, given in parts of 10^-8. */
export function formatAmount(parts: number): string {
  return formatUnits(parts, 8);
}
