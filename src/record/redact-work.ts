/** Secret words in one text above which the rest is not worth the work: nobody writes such a line, but an attacker may. */
const MAX_SECRETS = 1_000;

/** How many secrets may still be looked at; counted down by the passes over one text, the JSON in it included. */
export interface Work {
  left: number;
}

export function newWork(): Work {
  return { left: MAX_SECRETS };
}
