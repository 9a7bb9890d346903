import type { Verdict } from './classify.js';
import type { FailureParts } from './failure-parts.js';
import { redactText } from '../errors/redact.js';

/** The longest text of a failure in a message. */
const maxTextLength = 300;

/** Control and format characters, line breaks and runs of spaces. */
const unprintable = /[\p{Cc}\p{Cf}\s]+/gu;

/** One line: what could not be done, what that means, the exchange's own text, code and status. */
export function failureMessage(
  { request, refusal, detail, status }: FailureParts,
  verdict: Verdict,
  code: number | string | undefined,
): string {
  const { context, method, path, secrets } = request;
  const what = context.operation ?? (method && path ? `${method} ${path}` : 'WEEX call');
  const foreign = refusal.message ?? detail;
  // Only foreign text: ours may look like the name of a secret and its value.
  const said = foreign === undefined ? '' : redactText(foreign, secrets);
  const words = [verdict.meaning, said === verdict.meaning ? '' : said].filter((part) => part !== '');
  const text = oneLine(`${redactText(what, secrets)} failed: ${words.join(': ')}`, maxTextLength);
  const shown = code === undefined || code === status ? '' : `code ${code}`;
  const http = status === undefined ? '' : `HTTP ${status}`;
  const numbers = shown && http ? `${shown}, ${http}` : shown || http;
  return numbers === '' ? text : `${text} (${numbers})`;
}

/** Foreign text must not start a new line in a log, or fill it. */
export function oneLine(text: string, maxLength: number): string {
  const line = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text) ? text : text.replace(unprintable, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
