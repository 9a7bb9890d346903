/** Text longer than this is not parsed: no meaningful answer of the exchange is this long. */
const maxParsedLength = 1_000_000;

/** Text that is not JSON is cut to this length: enough to recognise the page of a proxy. */
const maxKeptLength = 4_000;

/** The body of a failed answer as data: JSON text and bytes are parsed, other bytes are decoded to text. */
export function parseBody(data: unknown): unknown {
  const text = bodyText(data);
  if (text === undefined) return data;
  const start = text.slice(0, 100).trimStart()[0];
  if ((start === '{' || start === '[') && text.length <= maxParsedLength) {
    try {
      return JSON.parse(text);
    } catch {
      // Truncated on the way, or never JSON: it stays text.
    }
  }
  return text;
}

/** Shortens text such as the page of a proxy; other bodies are returned unchanged. */
export function shortenText(body: unknown): unknown {
  return typeof body === 'string' && body.length > maxKeptLength
    ? `${body.slice(0, maxKeptLength)}… (${body.length} characters)`
    : body;
}

/** A text or byte body as a string; `undefined` for anything else. */
export function bodyText(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return bytesText(new Uint8Array(data));
  if (ArrayBuffer.isView(data))
    return bytesText(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return undefined;
}

function bytesText(bytes: Uint8Array): string {
  return new TextDecoder().decode(
    bytes.length > maxParsedLength ? bytes.subarray(0, maxParsedLength) : bytes,
  );
}

/** Whether a body is a stream or a Blob, so that its content is not known yet. */
export function isUnread(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { destroy, cancel, arrayBuffer } = body as Record<'destroy' | 'cancel' | 'arrayBuffer', unknown>;
  return [destroy, cancel, arrayBuffer].some((method) => typeof method === 'function');
}

/** Closes a body that is a stream: the body of a failure is not read, and its socket would stay in use. */
export function closeStream(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const { destroy, cancel } = body as { destroy?: unknown; cancel?: unknown };
  if (typeof destroy === 'function') {
    (body as { on?: (event: string, listener: () => void) => void }).on?.('error', () => {});
    destroy.call(body);
  } else if (typeof cancel === 'function') {
    // A stream that other code reads is left to it.
    Promise.resolve(cancel.call(body)).catch(() => {});
  }
}
