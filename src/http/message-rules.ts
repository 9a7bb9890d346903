import type { CodeCategoryName } from '../errors/codes/code-categories.js';

/** What the text of a refusal means if its code says nothing. The first match applies. */
export interface MessageRule {
  readonly pattern: RegExp;
  readonly category: CodeCategoryName;
  readonly meaning: string;
}

/**
 * The matching service uses the codes of a system error for its refusals, as HTTP 500 on V3 and 400 on V2, and
 * starts their text with one of two words. Observed in live answers; not documented by WEEX.
 */
export const messageRules: readonly MessageRule[] = [
  { pattern: /^INVALID_ARGUMENT\b/, category: 'request', meaning: 'An argument is invalid' },
  {
    pattern: /^FAILED_PRECONDITION\b[^]*(?:not enough|insufficient|exceeds? (?:the )?(?:available|balance))/i,
    category: 'insufficient-balance',
    meaning: 'The balance or margin is insufficient',
  },
  {
    pattern: /^FAILED_PRECONDITION\b/,
    category: 'refused',
    meaning: 'The state of the account or order forbids it',
  },
];

/** What the text of a refused order means. */
export const orderMessageRules: readonly MessageRule[] = [
  ...messageRules,
  {
    pattern: /not enough|insufficient/i,
    category: 'insufficient-balance',
    meaning: 'The balance or margin is insufficient',
  },
  {
    pattern: /order.{0,20}(?:not[ _](?:exist|found)|does ?n[o']t exist)/i,
    category: 'not-found',
    meaning: 'The order does not exist',
  },
];

/** The first rule that matches a text, or `undefined`. */
export function matchMessage(
  rules: readonly MessageRule[],
  message: string | undefined,
): MessageRule | undefined {
  if (message === undefined) return undefined;
  const start = message.slice(0, 2_000);
  return rules.find(({ pattern }) => pattern.test(start));
}
