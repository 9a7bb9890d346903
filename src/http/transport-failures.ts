import type { WEEXErrorClass } from '../errors/catalogue.js';
import { WEEXNetworkError } from '../errors/weex-network-error.js';
import { WEEXRequestError } from '../errors/weex-request-error.js';
import { WEEXTimeoutError } from '../errors/weex-timeout-error.js';
import type { ExecutionStatus } from '../errors/weex-error-kind.js';

/** What the code of a failure on the way means. */
export interface TransportFailure {
  readonly type: WEEXErrorClass;
  readonly meaning: string;
  readonly executionStatus: ExecutionStatus;
}

const network = (meaning: string, executionStatus: ExecutionStatus): TransportFailure => ({
  type: WEEXNetworkError,
  meaning,
  executionStatus,
});
const timeout: TransportFailure = {
  type: WEEXTimeoutError,
  meaning: 'No answer in time',
  executionStatus: 'unknown',
};
const local: TransportFailure = {
  type: WEEXRequestError,
  meaning: 'The request could not be built',
  executionStatus: 'not-executed',
};
const refused = network('The connection was refused', 'not-executed');
const unresolved = network('The host was not found', 'not-executed');
const untrusted = network('The certificate of the server is not trusted', 'not-executed');
const lost = network('The connection broke before the answer was complete', 'unknown');
const unreadable = network('The answer could not be read', 'unknown');

/** No connection was ever made, so nothing was sent. Node names the call that failed in `syscall`. */
const syscalls: ReadonlyMap<string, TransportFailure> = new Map([
  ['connect', network('No connection could be made', 'not-executed')],
  ['getaddrinfo', unresolved],
]);

/** By the code of Node, undici or axios. Anything else is a lost answer: see {@link findTransportFailure}. */
const codes: ReadonlyMap<string, TransportFailure> = new Map([
  ['ECONNREFUSED', refused],
  ['ENOTFOUND', unresolved],
  ['EAI_AGAIN', unresolved],
  ['UND_ERR_CONNECT_TIMEOUT', network('The connection could not be made in time', 'not-executed')],
  ['CERT_HAS_EXPIRED', untrusted],
  ['CERT_NOT_YET_VALID', untrusted],
  ['CERT_UNTRUSTED', untrusted],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['ERR_TLS_CERT_ALTNAME_INVALID', untrusted],
  ['ERR_SSL_WRONG_VERSION_NUMBER', network('The server does not speak TLS', 'not-executed')],
  ['ECONNRESET', lost],
  ['EPIPE', lost],
  ['ERR_STREAM_PREMATURE_CLOSE', lost],
  ['UND_ERR_SOCKET', lost],
  ['ERR_NETWORK', network('The network failed', 'unknown')],
  ['ERR_BAD_RESPONSE', unreadable],
  ['Z_BUF_ERROR', unreadable],
  ['Z_DATA_ERROR', unreadable],
  ['ERR_FR_TOO_MANY_REDIRECTS', network('The server redirects endlessly', 'unknown')],
  ['ECONNABORTED', timeout],
  ['ETIMEDOUT', timeout],
  ['ESOCKETTIMEDOUT', timeout],
  ['UND_ERR_HEADERS_TIMEOUT', timeout],
  ['UND_ERR_BODY_TIMEOUT', timeout],
  ['ERR_BAD_REQUEST', local],
  ['ERR_BAD_OPTION', local],
  ['ERR_BAD_OPTION_VALUE', local],
  ['ERR_INVALID_URL', local],
  ['ERR_NOT_SUPPORT', local],
  ['ERR_FORM_DATA_DEPTH_EXCEEDED', local],
  ['ERR_INVALID_PROTOCOL', local],
  ['ERR_INVALID_CHAR', local],
  ['ERR_HTTP_INVALID_HEADER_VALUE', local],
  ['ERR_INVALID_HTTP_TOKEN', local],
  ['ERR_UNESCAPED_CHARACTERS', local],
  ['ERR_FR_MAX_BODY_LENGTH_EXCEEDED', local],
]);

interface NodeError {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** The row of a failure without an answer, by the most specific code in its chain of causes, or `undefined`. */
export function findTransportFailure(error: unknown): TransportFailure | undefined {
  const chain = causesOf(error);
  for (const { syscall } of chain) {
    const row = typeof syscall === 'string' ? syscalls.get(syscall) : undefined;
    if (row) return row;
  }
  // The innermost cause is the most specific: axios and fetch wrap it in a general code.
  for (const { code, message, name } of chain.toReversed()) {
    // axios gives it the code of a timeout.
    if (message === 'Request aborted') return lostAnswer;
    // The TimeoutError of AbortSignal.timeout() has a number for a code.
    const row = typeof code === 'string' ? codes.get(code) : name === 'TimeoutError' ? timeout : undefined;
    if (row) return row;
  }
  return undefined;
}

/** The code of the innermost cause that has one. */
export function transportCode(error: unknown): string | undefined {
  const codesFound = causesOf(error).map(({ code }) => code);
  return codesFound.toReversed().find((code): code is string => typeof code === 'string');
}

/** The classification of a failure without an answer if no row matches: the request may have arrived. */
export const lostAnswer: TransportFailure = network('No answer arrived', 'unknown');

function causesOf(error: unknown): NodeError[] {
  const chain: NodeError[] = [];
  let next: unknown = error;
  // Six causes are more than any transport nests; a chain may also be cyclic.
  while (typeof next === 'object' && next !== null && chain.length < 6) {
    const { errors, cause } = next as NodeError;
    chain.push(next);
    next = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return chain;
}
