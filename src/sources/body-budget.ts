/** The bytes that all requests together may hold while they are read: many large bodies at once must not fill the memory. */
export interface BodyBudget {
  /** Takes so many bytes, or returns false when they are not left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  let left = maxBytes;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}
