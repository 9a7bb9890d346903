/** Describes a thrown value of any kind. */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return `a value that cannot be converted to a string (${typeof error})`;
  }
}
