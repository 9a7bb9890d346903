import { build } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';

describe('a bundle of a program that imports', () => {
  it('one error class contains only the errors folder', async () => {
    const parts = await bundle(
      `import { WEEXRateLimitError } from 'weex-resilience'; console.log(new WEEXRateLimitError());`,
    );
    expect(parts).toContain('weex-resilience/dist/errors/weex-rate-limit-error.js');
    expect(parts.filter((part) => !part.startsWith('weex-resilience/dist/errors/'))).toEqual([]);
  });

  // The build drops comments, but not the marks that say a call may be left out.
  it('the V3 catalogue contains no codes of V2', async () => {
    const parts = await bundle(`import { v3Catalogue } from 'weex-resilience'; console.log(v3Catalogue);`);
    expect(parts).toContain('weex-resilience/dist/errors/codes/v3-codes.js');
    expect(parts).not.toContain('weex-resilience/dist/errors/codes/v2-codes.js');
  });
});

/** The files that put at least one byte into the bundle, from the last node_modules on. */
async function bundle(program: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: inject('consumer') },
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file !== '<stdin>')
    .map(([file]) => file.split('node_modules/').at(-1) ?? file);
}
