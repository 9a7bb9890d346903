import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from 'vitest';
import { giveOwnConnection } from '../../src/http/own-connection.js';

const deno = { Deno: {}, process };
const config = (given: object = {}) => given as InternalAxiosRequestConfig;

describe('the connection of a write', () => {
  it('is its own on Deno, which resends requests on used ones', () => {
    const request = config({ httpAgent: new Agent({ keepAlive: true, maxSockets: 3 }) });
    giveOwnConnection(request, deno);
    expect(request.httpAgent).toBeInstanceOf(Agent);
    expect(request.httpAgent.options).toMatchObject({ keepAlive: false, maxSockets: 3 });
    expect(request.httpsAgent).toBeInstanceOf(SecureAgent);
    expect(request.httpsAgent.options).toMatchObject({ keepAlive: false });
  });

  it('is that of an agent of another class, as for proxies', () => {
    class ProxyAgent extends Agent {}
    const httpAgent = new ProxyAgent();
    const request = config({ httpAgent });
    giveOwnConnection(request, deno);
    expect(request.httpAgent).toBe(httpAgent);
  });

  it('is unchanged elsewhere', () => {
    const request = config();
    giveOwnConnection(request);
    expect(request).toEqual({});
  });
});
