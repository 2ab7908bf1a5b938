/** What kubectl demands of an environment variable's name: stricter than the server, which allows nearly anything. Empty when it may be. */
export function environmentNameProblems(name: string): readonly string[] {
  const problems = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) ? [] : [form]
  if (name === '.') problems.push(`must not be '.'`)
  if (name === '..') problems.push(`must not be '..'`)
  else if (name.startsWith('..')) problems.push(`must not start with '..'`)
  return problems
}

const form =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
