type HeaderValue = string | string[] | number | boolean | null | undefined;

/** Headers in any of the forms that clients hand out: AxiosHeaders, WHATWG Headers, a Map or a plain object. */
export type AnyHeaders = object;

/** The value of a header, whatever the case of its name, or `undefined`. A list gives its first entry. */
export function readHeader(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const direct = (headers as Record<string, HeaderValue>)[name];
  const value = direct ?? headerEntries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const first = Array.isArray(value) ? value[0] : value;
  return first === null || first === undefined ? undefined : String(first);
}

/** Name and value of every header. */
export function headerEntries(headers: AnyHeaders): [name: string, value: HeaderValue][] {
  const { entries } = headers as { entries?: unknown };
  return typeof entries === 'function'
    ? [...(headers as Map<string, HeaderValue>).entries()]
    : Object.entries(headers as Record<string, HeaderValue>);
}
