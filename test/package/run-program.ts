import { spawnSync } from 'node:child_process';

/** Runs an ES module program in a folder and returns what it printed as JSON; anything on standard error fails. */
export function runProgram(folder: string, program: string): unknown {
  const args = ['--input-type=module', '--eval', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`The program ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
