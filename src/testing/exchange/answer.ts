/** The answer to a client. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An id that the exchange sends as a JSON number of 18 digits, more than `JSON.parse` keeps. */
export function longId(id: string): string {
  return `#${id}#`;
}

/** An answer with a JSON body; ids marked by {@link longId} are written as numbers. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify(body).replace(/"#(\d+)#"/g, '$1'),
  };
}
