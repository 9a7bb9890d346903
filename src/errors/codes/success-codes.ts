/** The codes that say "done": no code at all is the rule of V3, these are what the other answers carry. */
export const successCodes: readonly (readonly [code: string, meaning: string, source: string])[] = [
  ['00000', 'Success of V1 and V2 spot, and of a few V2 contract endpoints', 'WEEX V2 documentation'],
  ['200', 'Success of the settings of V2 and V3 contract: leverage, margin type', 'WEEX V3 documentation'],
  ['0', 'Success, as two clients assume; WEEX does not document it', 'third-party clients'],
];

const numbers: ReadonlySet<number> = new Set(successCodes.map(([code]) => Number(code)));

/** Returns whether a `code` field, a number or a string, means success. */
export function isSuccessCode(code: number | string): boolean {
  return code !== '' && numbers.has(Number(code));
}
