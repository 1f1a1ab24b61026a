// Runs a test step by step: one line a step, and exit status 1 at the first that fails.

/** The value of an environment variable that must be set. */
export function setting(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return value;
}

/** Does one step, and says that it went well; a failure ends the program. */
export async function step(name, action) {
  try {
    const result = await action();
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    console.log(`FAILED  ${name}`);
    console.error(error);
    process.exit(1);
  }
}
