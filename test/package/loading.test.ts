import { describe, expect, inject, it } from 'vitest';
import { entryPoints } from './entry-points.js';
import { runProgram } from './run-program.js';

describe.each(entryPoints)(
  '$specifier',
  ({ specifier, neverLoads, neverLoadsRooms, needsOptionalPeers, madeFor }) => {
    it('loads by import and by require(), and both export the same objects', () => {
      const consumer = inject(needsOptionalPeers ? 'consumerWithPeers' : 'consumer');
      const differing = runProgram(
        consumer,
        `import { createRequire } from 'node:module';
      import * as imported from '${specifier}';
      const required = createRequire(process.cwd() + '/file.cjs')('${specifier}');
      const names = Object.keys(imported);
      const differing = names.filter((name) => imported[name] !== required[name]);
      console.log(JSON.stringify(names.length > 0 ? differing : ['it exports nothing']));`,
      );
      expect(differing).toEqual([]);
    });

    it('loads nothing that its users may lack or do not want', () => {
      const loaded = loadedBy(specifier);
      expect(loaded).toContainEqual(expect.stringMatching('/node_modules/weex-resilience/dist/'));
      const unwanted = [
        ...neverLoads.map((name) => `/node_modules/${name}`),
        ...neverLoadsRooms.map((room) => `/weex-resilience/dist/${room}/`),
      ];
      expect(loaded.filter((url) => unwanted.some((part) => url.includes(part)))).toEqual([]);
    });

    it('does nothing on import', () => {
      expect(changedBy(specifier)).toEqual(madeFor === undefined ? [] : changedBy(madeFor));
    });
  },
);

describe('these tests themselves', () => {
  it('detect a package that is loaded', () => {
    const [axios] = loadedBy('axios').filter((url) => url.includes('/node_modules/axios/'));
    expect(axios).toBeDefined();
  });

  it.each([
    ['a global', 'globalThis.extra = 1', 'globalThis.extra'],
    ['a method of a built-in', 'Array.prototype.last = () => 1', 'Array.prototype.last'],
    ['a replaced method', 'Promise.prototype.then = function then() {}', 'Promise.prototype.then'],
    ['a static of a built-in', 'Reflect.extra = 1', 'Reflect.extra'],
    ['a timer', 'setTimeout(() => {}, 5).unref()', 'a Timeout'],
    ['a socket', '(await import("node:net")).connect(1, "127.0.0.1")', 'a TCPWRAP'],
    ['a thread', 'new (await import("node:worker_threads")).Worker("", { eval: true })', 'a WORKER'],
    ['a process', '(await import("node:child_process")).spawn("true")', 'a PROCESSWRAP'],
    ['a listener', 'process.on("exit", () => {})', 'a listener of exit'],
    ['an environment variable', 'process.env.EXTRA = "1"', 'process.env.EXTRA'],
  ])('detect %s', (_, statement, change) => {
    expect(changedBy(`data:text/javascript,${encodeURIComponent(statement)}`)).toContain(change);
  });

  it('detect a printed line', () => {
    const module = `data:text/javascript,${encodeURIComponent('console.warn("hello")')}`;
    expect(() => changedBy(module)).toThrow('hello');
  });
});

/** The addresses of all scripts in a process that has imported the module. */
function loadedBy(specifier: string): string[] {
  return runProgram(
    inject('consumerWithPeers'),
    `import { Session } from 'node:inspector';
    const session = new Session();
    const loaded = [];
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => loaded.push(params.url));
    session.post('Debugger.enable');
    await import('${specifier}');
    session.disconnect();
    console.log(JSON.stringify(loaded));`,
  ) as string[];
}

/** What is different in a process after it has imported the module: built-ins, environment, listeners, handles. */
function changedBy(specifier: string): string[] {
  return runProgram(
    inject('consumerWithPeers'),
    `import { createHook } from 'node:async_hooks';
    // Node makes its classes when they are first read, as cockatiel and axios do; that is no change.
    for (const name of Object.getOwnPropertyNames(globalThis)) if (/^[A-Z]/.test(name)) void globalThis[name];
    const builtIns = [['globalThis', globalThis], ['process.env', process.env]];
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
      if (value === globalThis || value === process || Object(value) !== value) continue;
      builtIns.push([name, value]);
      if (Object(value.prototype) === value.prototype) builtIns.push([name + '.prototype', value.prototype]);
    }
    function state() {
      const entries = builtIns.flatMap(([name, object]) =>
        Reflect.ownKeys(object).map((key) => {
          const { value, get, set } = Object.getOwnPropertyDescriptor(object, key);
          return [name + '.' + String(key), [value, get, set]];
        }),
      );
      for (const event of process.eventNames()) entries.push(['a listener of ' + String(event), process.listeners(event)]);
      return new Map(entries);
    }
    // Reading and evaluating the files takes these; all else is the module's own.
    const ofTheLoader = /^(PROMISE|TickObject|Microtask|FSREQ|FILEHANDLE|INSPECTOR|Module)/;
    const opened = new Set();
    const before = state();
    const hook = createHook({ init: (_, type) => ofTheLoader.test(type) || opened.add('a ' + type) }).enable();
    await import('${specifier}');
    hook.disable();
    const after = state();
    const gone = [...before.keys()].filter((name) => !after.has(name));
    const changed = [...after.keys()].filter((name) => {
      const old = before.get(name) ?? [];
      const values = after.get(name);
      return values.length !== old.length || values.some((value, index) => !Object.is(value, old[index]));
    });
    console.log(JSON.stringify([...changed, ...gone, ...opened]));
    process.exit();`,
  ) as string[];
}
