import type { AxiosResponse } from 'axios';
import { bodyText, parseBody } from './answer-body.js';
import { bodyOf } from './raw-body.js';
import { describeFailure, findRefusal, type Refusal } from './refusal.js';

/** Bytes longer than this are a download, not the answer of an exchange. */
const maxInspectedBytes = 65_536;

/** Statuses whose answer has no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const unreadable: Refusal = { level: 'answer' };

/** The failure that a whole answer reports, or `undefined` for a success. */
export function answerRefusal(response: AxiosResponse, write: boolean): Refusal | undefined {
  const { status } = response as { status: number | undefined };
  const data = bodyOf(response);
  if (status !== undefined && status >= 400) return describeFailure(parseBody(data));
  if (typeof data === 'string') return textRefusal(data, response, write);
  return isInspectedBytes(data) ? jsonRefusal(bodyText(data) ?? '', write) : findRefusal(data, write);
}

/** axios returns a string if the body was not JSON, or if the caller requested text. */
function textRefusal(
  text: string,
  { config, status }: { config?: AxiosResponse['config']; status: number },
  write: boolean,
): Refusal | undefined {
  const { responseType, method } = config ?? {};
  if (text === '') {
    const empty = bodiless.has(status) || status >= 300 || method?.toLowerCase() === 'head';
    return empty ? undefined : unreadable;
  }
  if (/^\s*[{[<]/.test(text)) return text.trimStart()[0] === '<' ? unreadable : jsonRefusal(text, write);
  return responseType && responseType !== 'json' ? undefined : unreadable;
}

function jsonRefusal(text: string, write: boolean): Refusal | undefined {
  const body = parseBody(text);
  return typeof body === 'object' ? findRefusal(body, write) : unreadable;
}

function isInspectedBytes(data: unknown): boolean {
  if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) return false;
  if (data.byteLength > maxInspectedBytes) return false;
  const { buffer, byteOffset } = ArrayBuffer.isView(data) ? data : { buffer: data, byteOffset: 0 };
  const start = new Uint8Array(buffer, byteOffset, Math.min(data.byteLength, 100));
  return new TextDecoder().decode(start).trimStart().startsWith('{');
}
