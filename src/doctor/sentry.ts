import type { Settings } from '../config/settings.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether the Sentry buttons lead to the right place, or only near it. */
export function examineSentry({ url, org, project }: Settings['sentry'], env: Env): Finding {
  const isSet = (name: string) => Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim());
  const said = ['SENTRY_DSN', 'SENTRY_ORG', 'SENTRY_PROJECT', 'SENTRY_URL', 'SENTRY_AUTH_TOKEN'].filter(
    isSet,
  );
  if (said.length === 0)
    return skipped('Sentry', 'not configured: its buttons open the issue search of whoever presses them');
  const missing = [
    ...(org === undefined ? ['SENTRY_ORG'] : []),
    // A token is asked about one project.
    ...(project === undefined && isSet('SENTRY_AUTH_TOKEN') ? ['SENTRY_PROJECT'] : []),
  ];
  if (missing.length > 0)
    return wrong(
      'Sentry',
      `${missing.join(' and ')} must be set as well: the slug in the address of Sentry's pages`,
    );
  const searched = project === undefined ? 'all projects' : `project ${project}`;
  return ok('Sentry', `buttons search ${searched} of ${org} at ${new URL(url).host}`);
}
