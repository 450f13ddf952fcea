/** One mistake of a user: where it is, and one sentence that says what is wrong and how to mend it. */
export interface Problem {
  /** `file:line:column`, or the name of a variable. */
  readonly place: string;
  readonly message: string;
}

/** A configuration that cannot be used. Its message has one line for each mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'));
    this.problems = problems;
  }
}

/** `place: message`. */
export function renderProblem({ place, message }: Problem): string {
  return `${place}: ${message}`;
}

/** Throws all problems that were found, if any. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}
