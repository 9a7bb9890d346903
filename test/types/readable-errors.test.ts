import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const program = `
import { noop } from 'cockatiel';
import { Resilient } from 'weex-resilience';
interface Order { readonly symbol: string }
export class Trading {
  @Resilient() now(): number { return 1; }
  @Resilient() get price(): number { return 1; }
  @Resilient('orders', { key: (order: Order) => order.symbol }) async place(_symbol: string): Promise<void> {}
  @Resilient('orders', { orderSafety: { clientOrderId: () => 'o', find: () => 'o' } }) async find(): Promise<number> { return 1; }
  @Resilient({ fallback: () => 'none' }) async count(): Promise<number> { return 1; }
  @Resilient(noop, { key: 'a' }) async foreign(): Promise<void> {}
  @Resilient('orders', { prioritty: 'critical' }) async typo(): Promise<void> {}
  @Resilient({ retry: { maxRetry: 2 } }) async nestedTypo(): Promise<void> {}
}
@Resilient({ fallback: () => 1 })
export class Market {
  async name(): Promise<string> { return ''; }
}
`;

/** What the compiler says of the program, by line. */
async function compile(dialect: 'legacy' | 'standard', text = program, options = {}): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weex-resilience-types-'));
  try {
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        experimentalDecorators: dialect === 'legacy',
        emitDecoratorMetadata: false,
        skipLibCheck: true,
        ...options,
      },
      include: [],
      files: ['program.ts'],
    };
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'program.ts'), text);
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const output = await new Promise<string>((done) => {
      execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], (_error, stdout) => done(stdout));
    });
    return output.split('\n').filter((line) => /^\S*program\.ts/.test(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.concurrent.each(['legacy', 'standard'] as const)(
  'the compiler explains the fault, one error each, %s',
  async (dialect) => {
    const errors = await compile(dialect);
    expect(errors.map((error) => /\((\d+),/.exec(error)?.[1])).toEqual(
      [6, 7, 8, 9, 10, 11, 12, 13, 15].map(String),
    );
    for (const [index, sentence] of [
      'the method must return a promise',
      dialect === 'legacy'
        ? 'it is not a method'
        : 'an accessor does not return a promise; decorate a method',
      'key does not fit the parameters, this or result of the method',
      'orderSafety.find does not fit the parameters, this or result of the method',
      'what the fallback returns does not fit the result of the method',
      'key needs a policy of weex-resilience',
      "Did you mean to write 'priority'?",
      "'maxRetry' does not exist in type 'RetryOptions'",
      'what the fallback returns does not fit the result of name',
    ].entries()) {
      expect(errors[index]).toContain(sentence);
    }
  },
);

it.concurrent.each(['legacy', 'standard'] as const)(
  'a class is decorated without strictNullChecks too, %s',
  async (dialect) => {
    const text = `
import { Resilient } from 'weex-resilience';
@Resilient('market') export class Named { async one(): Promise<number> { return 1; } }
@Resilient() export class Standard { async one(): Promise<number> { return 1; } }
@Resilient({ retry: {} }, { scope: 'method' }) export class Own {
  @Resilient('orders', { key: (order: { symbol: string }) => order.symbol })
  async place(_order: { symbol: string }): Promise<void> {}
}
`;
    expect(await compile(dialect, text, { strict: false })).toEqual([]);
  },
);
