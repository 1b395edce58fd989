// What the scripts share: libraries from their folder, and counted steps.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.env.CLIENTS}/package.json`));

/** Loads a library from the folder that the test run installed it into. */
export async function library(name) {
  return import(pathToFileURL(require.resolve(name)));
}

let steps = 0;

/** One step. It is counted when it succeeds; a failure ends the script and names it. */
export async function step(name, work) {
  try {
    const result = await work();
    steps += 1;
    console.log(`${String(steps).padStart(3)} ${name}`);
    return result;
  } catch (error) {
    console.error(`FAILED: ${name}\n${error.stack ?? error}`, error.cause ?? '');
    process.exit(1);
  }
}

/** Fails unless a condition holds. */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Runs what must be refused with this error word. */
export async function refused(word, work) {
  try {
    await work();
  } catch (error) {
    const found = error.error ?? error.cause?.error;
    check(found === word, `refused with ${found} instead of ${word}: ${error.stack}`);
    return error;
  }
  throw new Error(`was not refused with ${word}`);
}

/** Says how many steps there were; fewer than wanted is a failure. */
export function finish(wanted) {
  console.log(`${steps} steps`);
  process.exit(steps >= wanted ? 0 : 1);
}
