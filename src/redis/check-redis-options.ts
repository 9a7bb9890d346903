import { readOptions } from '../context/read-options.js';

/** Options of the coordinator and the journal apart from the client. */
interface Settings {
  readonly prefix?: string | undefined;
  readonly leaseMs?: number | undefined;
}

const known: readonly string[] = ['client', 'prefix', 'leaseMs'];

/**
 * The options, each read once.
 *
 * @throws TypeError that names every unknown or invalid option.
 */
export function checkRedisOptions<Options extends Settings>(given: Options, subject: string): Options {
  const options = readOptions(given, known) as unknown as Options;
  const { prefix, leaseMs } = options;
  const faults = Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => `unknown option ${name}; expected one of ${known.join(', ')}`);
  if (prefix !== undefined && (typeof prefix !== 'string' || prefix === '')) {
    faults.push(`prefix must be a non-empty string, received ${prefix === '' ? "''" : typeof prefix}`);
  }
  if (leaseMs !== undefined && !(typeof leaseMs === 'number' && leaseMs >= 1_000 && leaseMs <= 3_600_000)) {
    faults.push(`leaseMs must be a number of milliseconds from 1000 to 3600000, received ${String(leaseMs)}`);
  }
  if (faults.length > 0) throw new TypeError(`Cannot ${subject}: ${faults.join('; ')}`);
  return options;
}
