import { type Finding, ok, wrong } from '../finding.ts';

const ABOUT = 'Slack webhook';

/** The form of the address: whether it works is only seen by sending. Nothing of its path is told, for that is the secret. */
export function examineWebhook(url: string): Finding {
  const { protocol, hostname, pathname } = new URL(url);
  const isLocal = hostname === 'localhost' || /^127\./.test(hostname);
  if (protocol !== 'https:' && !isLocal)
    return wrong(ABOUT, 'SLACK_WEBHOOK_URL is not encrypted: use the address with https://');
  if (hostname === 'hooks.slack.com' && !/^\/services\/T\w+\/B\w+\/\w+$/.test(pathname)) {
    return wrong(
      ABOUT,
      'SLACK_WEBHOOK_URL has not the form https://hooks.slack.com/services/T…/B…/…: copy it anew from "Incoming Webhooks" of the app',
    );
  }
  const elsewhere = hostname === 'hooks.slack.com' ? '' : ` (at ${hostname}, not Slack's own host)`;
  return ok(ABOUT, `the address has the right form${elsewhere}; --send shows whether it works`);
}
