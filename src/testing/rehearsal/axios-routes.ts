import { createRequire } from 'node:module';
import type * as Axios from 'axios';
import type { AxiosAdapter, AxiosRequestConfig } from 'axios';

/** Routes every copy of axios in the process to the simulated exchange. */
export interface AxiosRoutes {
  /** Routes all requests to this adapter from now on, including those of instances created before the rehearsal. */
  use(adapter: AxiosAdapter): void;
  /** Restores the previous routing. */
  leave(): void;
}

type Request = (this: Axios.Axios, ...args: [string | AxiosRequestConfig, AxiosRequestConfig?]) => unknown;

/** Takes over the requests of axios, except those of an instance with its own adapter function. */
export function routeAxios(axios: typeof Axios): AxiosRoutes {
  let current: AxiosAdapter | undefined;
  const undo = [...axiosCopies(axios)].map(({ Axios: { prototype }, defaults }) => {
    const before = defaults.adapter;
    // Every instance looks up this method when it sends, however it was called.
    const methods = prototype as unknown as { _request: Request };
    const request = methods._request;
    methods._request = function send(first, config) {
      const own = typeof first === 'string' ? config : first;
      const adapter = own?.adapter ?? this.defaults.adapter;
      if (typeof adapter === 'function' || !current) return request.call(this, first, config);
      return typeof first === 'string'
        ? request.call(this, first, { ...config, adapter: current })
        : request.call(this, { ...first, adapter: current }, config);
    };
    return {
      defaults,
      leave() {
        methods._request = request;
        if (before === undefined) delete defaults.adapter;
        else defaults.adapter = before;
      },
    };
  });
  return {
    use(adapter) {
      current = adapter;
      for (const { defaults } of undo) defaults.adapter = adapter;
    },
    leave() {
      for (const one of undo) one.leave();
    },
  };
}

/** `import` and `require` each load their own copy of axios, and a dependency may have another. */
function axiosCopies(axios: typeof Axios): ReadonlySet<Axios.AxiosStatic> {
  const copies = new Set([axios.default]);
  for (const [file, module] of Object.entries(createRequire(import.meta.url).cache)) {
    if (!/[\\/]axios[\\/](dist[\\/]node[\\/]axios\.cjs|index\.js)$/.test(file)) continue;
    const { default: copy } = (module?.exports ?? {}) as Partial<typeof Axios>;
    if (typeof copy?.Axios === 'function') copies.add(copy);
  }
  return copies;
}
