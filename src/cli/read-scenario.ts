import { readFile } from 'node:fs/promises';
import { builtInScenarios, parseScenario, type Scenario } from '../testing/index.js';
import { UsageError } from './usage-error.js';

/** The scenario of this name, or in this file. */
export async function readScenario(nameOrFile: string): Promise<Scenario> {
  const builtIn = Object.hasOwn(builtInScenarios, nameOrFile) ? builtInScenarios[nameOrFile] : undefined;
  if (builtIn) return builtIn;
  const text = await readFile(nameOrFile, 'utf8').catch((error: unknown) => {
    const names = Object.keys(builtInScenarios).join(', ');
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new UsageError(
      `Cannot find the scenario '${nameOrFile}': there is no such file (${String(reason)}), and the built-in ones are ${names}`,
    );
  });
  try {
    return parseScenario(text, nameOrFile);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
