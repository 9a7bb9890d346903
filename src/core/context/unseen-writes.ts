import { subscribe } from 'node:diagnostics_channel';
import { type CallContext, contextOfWrite, tellSent } from './call-context.js';
import { processWide } from '../process-wide.js';
import { requestIdPrefix } from './request-id-prefix.js';
import { SentRequest } from './sent-request.js';

/** A request as reported by Node's http and by undici, on which `fetch` is built. */
interface AnyRequest {
  readonly method?: string;
  readonly path?: string;
  /** In undici: text, or names and values in turn. */
  readonly headers?: unknown;
  getHeader?(name: string): unknown;
}

interface Message {
  readonly request: AnyRequest;
}

const isFollowed = processWide('unseen-writes', () => ({ value: false }));
const unanswered: WeakMap<AnyRequest, { readonly sent: SentRequest; readonly context: CallContext }> =
  new WeakMap();

/**
 * Tracks the orders that guarded methods send without an attached axios instance: with `fetch`, undici or Node's
 * http. It only learns that they started and whether they were answered; the method has to report what an answer
 * says.
 */
export function followUnseenWrites(): void {
  const followed = isFollowed.get();
  if (followed.value) return;
  followed.value = true;
  subscribe('undici:request:create', (message) => begin((message as Message).request));
  subscribe('undici:request:headers', (message) => answered((message as Message).request));
  subscribe('http.client.request.start', (message) => begin((message as Message).request));
  subscribe('http.client.response.finish', (message) => answered((message as Message).request));
}

function begin(request: AnyRequest): void {
  const context = contextOfWrite();
  if (!isGuarded(context)) return;
  const [path = '', query] = (request.path ?? '').split('?');
  const sent = new SentRequest(`${request.method} ${path}`, query);
  sent.isUnread = true;
  if (!sent.placesOrder || isSeen(request, context)) return;
  unanswered.set(request, { sent, context });
  tellSent(sent, [context]);
  for (let link: CallContext | undefined = context; link; link = link.outer) link.sentUnseen = true;
}

function answered(request: AnyRequest): void {
  const told = unanswered.get(request);
  if (!told) return;
  const { sent, context } = told;
  for (let link: CallContext | undefined = context; link; link = link.outer) link.dismissRequest?.(sent);
}

function isGuarded(context: CallContext | undefined): context is CallContext {
  for (let link = context; link; link = link.outer) {
    if (link.clientOrderId !== undefined && !link.mayRepeat) return true;
  }
  return false;
}

/**
 * Whether an interceptor has already reported it: the id in its header was generated here or recorded with the
 * request.
 */
function isSeen(request: AnyRequest, { sent = [] }: CallContext): boolean {
  const headers = String(request.getHeader ? request.getHeader('x-request-id') : (request.headers ?? ''));
  return (
    headers.includes(requestIdPrefix()) ||
    sent.some(({ requestId }) => requestId && headers.includes(requestId))
  );
}
