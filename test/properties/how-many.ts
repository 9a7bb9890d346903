/** How many cases a property test tries: all with PROPERTIES=full in the environment, else a tenth of them. */
export function howMany(full: number): number {
  return process.env['PROPERTIES'] === 'full' ? full : full / 10;
}
