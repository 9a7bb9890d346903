type HeaderValue = string | string[] | number | boolean | null | undefined;

/** Headers in any of the forms that clients use: AxiosHeaders, WHATWG Headers, a Map or a plain object. */
export type AnyHeaders = object;

/** Name and value of every header. */
export function headerEntries(headers: AnyHeaders): [name: string, value: HeaderValue][] {
  const { entries } = headers as { entries?: unknown };
  return typeof entries === 'function'
    ? [...(headers as Map<string, HeaderValue>).entries()]
    : Object.entries(headers as Record<string, HeaderValue>);
}
