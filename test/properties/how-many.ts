/** How many cases a property test tries: all with PROPERTIES=full in the environment, else a tenth, or as many as it says. */
export function howMany(full: number, few: number = full / 10): number {
  return process.env['PROPERTIES'] === 'full' ? full : few;
}
