import type { InternalAxiosRequestConfig } from 'axios';

/** The exchange and the account that a request goes to. Not by the parser of URLs, since every order passes here. */
export function placeOf({ baseURL, headers, url }: InternalAxiosRequestConfig): string {
  const [host] = origin.exec(url ?? '') ?? origin.exec(baseURL ?? '') ?? [];
  return `${host} ${String(headers['ACCESS-KEY'])}`;
}

const origin = /^\w+:\/\/[^/?#]+/;
