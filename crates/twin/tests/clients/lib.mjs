// What the scripts share: the twin's addresses, its control door, libraries from their folder, and counted steps.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export const twin = JSON.parse(process.env.TWIN);
const require = createRequire(pathToFileURL(`${process.env.CLIENTS}/package.json`));

/** Loads a library from the folder that the test run installed it into. */
export async function library(name) {
  return import(pathToFileURL(require.resolve(name)));
}

/** Asks the control door. */
export async function control(method, path, body) {
  const response = await fetch(twin.surfaces.control + path, {
    method,
    headers: { authorization: `Bearer ${twin.controlToken}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`control ${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** An access token without a browser. */
export async function token(order) {
  return (await control('POST', '/tokens', order)).accessToken;
}

let steps = 0;

/** One step of the exchange. It is counted when it succeeds; a failure ends the script and names it. */
export async function step(name, work) {
  try {
    const result = await work();
    steps += 1;
    console.log(`${String(steps).padStart(3)} ${name}`);
    return result;
  } catch (error) {
    console.error(`FAILED: ${name}\n${error.stack ?? error}`);
    if (error.response?.data) console.error(JSON.stringify(error.response.data));
    if (error.body) console.error(error.body);
    process.exit(1);
  }
}

/** Fails unless a condition holds. */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Runs what must be refused and gives the error. */
export async function refused(work, status) {
  try {
    await work();
  } catch (error) {
    const found = Number(error.status ?? error.statusCode ?? error.code ?? error.response?.status);
    check(found === status, `refused with ${found} instead of ${status}: ${error.message}`);
    return error;
  }
  throw new Error(`was not refused with ${status}`);
}

/** Says how many steps there were; fewer than wanted is a failure. */
export function finish(wanted) {
  console.log(`${steps} steps`);
  process.exit(steps >= wanted ? 0 : 1);
}
