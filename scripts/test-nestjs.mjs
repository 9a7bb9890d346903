// Runs the tests of src/nestjs against NestJS 10 and 11, each installed in its own folder, and checks the types of
// src/nestjs against them. `node scripts/test-nestjs.mjs 11` runs one. What cannot be installed is reported as
// skipped.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = process.argv.slice(2);
for (const version of versions.length > 0 ? versions : ['10', '11']) {
  const folder = mkdtempSync(join(tmpdir(), `nest-${version}-`));
  try {
    copyFileSync(`test/nestjs/nest-${version}/package.json`, join(folder, 'package.json'));
    const install = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (install.status === 0) test(folder);
    else {
      const why = install.stderr.trim() || install.error;
      console.log(`SKIPPED: NestJS ${version} cannot be installed here: ${why}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} folder */
function test(folder) {
  const packages = join(folder, 'node_modules');
  const { stdout } = spawnSync('npm', ['ls', '@nestjs/core', '--depth=0'], { cwd: folder, encoding: 'utf8' });
  console.log(stdout.trim());
  // A project file outside the repository cannot be extended by a relative path.
  const project = join(folder, 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(process.cwd(), 'tsconfig.json'),
      compilerOptions: {
        skipLibCheck: true,
        typeRoots: [join(process.cwd(), 'node_modules/@types')],
        paths: { '@nestjs/*': [`${packages}/@nestjs/*`], rxjs: [`${packages}/rxjs`] },
      },
      include: [join(process.cwd(), 'src/nestjs')],
      exclude: [],
    }),
  );
  execFileSync('npx', ['tsc', '-p', project], { stdio: 'inherit' });
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'source', 'test/nestjs'], {
    stdio: 'inherit',
    env: { ...process.env, NESTJS_PACKAGES: packages },
  });
  if (status !== 0) process.exitCode = 1;
}
