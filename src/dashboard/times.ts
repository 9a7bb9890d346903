/** A time of day, as the clock of the program shows it. */
export function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** The same as an element. */
export function timeElement(at: number): string {
  return `<time datetime="${new Date(at).toISOString()}">${clockTime(at)}</time>`;
}
