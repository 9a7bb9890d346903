// Runs the tests of src/nestjs against NestJS 11, installed in a folder of its own, and checks the types of src/nestjs
// against it. Where it cannot be installed, it says so and ends well.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'nest-11-'));
try {
  copyFileSync('test/nestjs/nest-11/package.json', join(folder, 'package.json'));
  const install = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (install.status === 0) test();
  else console.log(`SKIPPED: NestJS 11 cannot be installed here: ${install.stderr.trim() || install.error}`);
} finally {
  rmSync(folder, { recursive: true });
}

function test() {
  const packages = join(folder, 'node_modules');
  const { stdout } = spawnSync('npm', ['ls', '@nestjs/core', '--depth=0'], { cwd: folder, encoding: 'utf8' });
  console.log(stdout.trim());
  // A project file outside of the repository cannot be extended by a relative path.
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
  process.exitCode = status ?? 1;
}
