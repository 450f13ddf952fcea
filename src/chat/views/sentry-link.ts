/** Where Sentry is, as configured. */
export interface SentryTarget {
  readonly url: string;
  readonly org?: string | undefined;
  /** Slug or numeric id. */
  readonly project?: string | undefined;
}

/** Words of a canonical text that Sentry's free-text search can find: the masks are not in any message. */
function searchWords(canonical: string): string {
  return (
    canonical
      .replace(/0x\?|[#"]/g, ' ')
      // What is masked, and the frames of a trace, are no words of Sentry's.
      .replace(/<\*>|←/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 120)
  );
}

/**
 * The link to Sentry's issue search for a signature: by its tag `error_signature` (which `classifyError` gives an application to
 * set), or by the words of an error that no signature knows. Without an organisation Sentry asks for the reader's own.
 */
export function sentryLink(sentry: SentryTarget, signatureId: string | undefined, canonical: string): string {
  const query =
    signatureId === undefined
      ? searchWords(canonical)
      : `error_signature:"${signatureId.replace(/["\\]/g, '\\$&')}"`;
  const base = sentry.url.replace(/\/+$/, '');
  const path = sentry.org ? `/organizations/${encodeURIComponent(sentry.org)}/issues/` : '/issues/';
  const params = new URLSearchParams({ query: `is:unresolved ${query}`.trim(), statsPeriod: '24h' });
  if (sentry.project) params.set('project', sentry.project);
  return `${base}${path}?${params}`;
}
