/**
 * How a message is written, from the best to the last: in full, shortened to half of what the platform takes, without any
 * markup, and one line with the text as a file. A refused message goes down one step, and is never sent again unchanged.
 */
export const STEPS = ['rich', 'short', 'plain', 'line'] as const;
export type Step = (typeof STEPS)[number];

/** The step below, or undefined at the end of the ladder. */
export function nextStep(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) + 1];
}
