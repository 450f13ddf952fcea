import type { SendFailure } from '../../delivery/destination.ts';

interface SlackFailure {
  readonly code?: string;
  readonly message?: string;
  readonly retryAfter?: number;
  readonly statusCode?: number;
  readonly original?: {
    readonly code?: string;
    readonly message?: string;
    readonly cause?: { readonly code?: string };
  };
  readonly data?: {
    readonly error?: string;
    readonly needed?: string;
    readonly response_metadata?: { readonly messages?: readonly string[] };
  };
}

/** What to do about Slack's refusals that a person must mend (https://docs.slack.dev/reference/methods/chat.postMessage). */
const MEND: Readonly<Record<string, string>> = {
  invalid_auth: 'Slack refused SLACK_BOT_TOKEN: copy it anew from "OAuth & Permissions" of the app',
  not_authed: 'SLACK_BOT_TOKEN is empty',
  token_revoked: 'SLACK_BOT_TOKEN was revoked: install the app again and copy the new token',
  token_expired: 'SLACK_BOT_TOKEN has expired: install the app again and copy the new token',
  account_inactive: 'the app was removed from the workspace: install it again',
  missing_scope: 'the app lacks a scope',
  not_in_channel: 'the app is not in the channel: /invite it there',
  channel_not_found:
    'there is no such channel for the app: use the channel id (C…), and /invite the app if it is private',
  is_archived: 'the channel is archived: choose another SLACK_CHANNEL',
  restricted_action: 'a workspace setting forbids the app to post there',
  org_login_required: 'the workspace is being migrated',
};

/** Errors of Slack's own making, worth another attempt. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
/** Something is wrong with the very message. */
const CONTENT = new Set([
  ...[
    'invalid_blocks',
    'invalid_blocks_format',
    'msg_too_long',
    'msg_blocks_too_long',
    'no_text',
    'invalid_arguments',
  ],
  ...[
    'invalid_arg_name',
    'invalid_metadata_format',
    'metadata_too_large',
    'too_many_attachments',
    'invalid_post_type',
  ],
]);
/** The request never left this machine. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Says what a failed Web API call means for the message. */
export function outcomeOf(error: unknown): SendFailure {
  const failure = error as SlackFailure;
  switch (failure.code) {
    case 'slack_webapi_rate_limited_error':
      return { kind: 'rate_limited', retryAfterMs: (failure.retryAfter ?? 1) * 1000 };
    case 'slack_webapi_platform_error':
      return platformOutcome(failure);
    case 'slack_webapi_http_error': {
      const status = failure.statusCode ?? 0;
      const text = `Slack answered ${status}`;
      // Nothing says whether the message was taken before a 5xx.
      return status >= 500 || status === 408
        ? { kind: 'unavailable', error: text, maybeSent: true }
        : { kind: 'rejected', error: text, waits: true };
    }
    default: {
      const code = failure.original?.code ?? failure.original?.cause?.code ?? failure.code ?? '';
      const text = `Slack cannot be reached (${code || failure.message || 'network error'})`;
      return { kind: 'unavailable', error: text, maybeSent: !NOT_SENT.has(code) };
    }
  }
}

function platformOutcome({ data }: SlackFailure): SendFailure {
  const name = data?.error ?? 'unknown_error';
  if (name === 'ratelimited' || name === 'rate_limited') return { kind: 'rate_limited', retryAfterMs: 1_000 };
  if (PASSING.has(name)) return { kind: 'unavailable', error: `Slack says ${name}`, maybeSent: true };
  const mend = MEND[name];
  if (mend !== undefined) {
    const needed = data?.needed ? ` (${data.needed})` : '';
    return { kind: 'blocked', error: `${mend}${needed} [${name}]` };
  }
  const details = data?.response_metadata?.messages?.join('; ');
  const error = details ? `${name}: ${details}` : name;
  // Only what is wrong with the message itself is given up; whatever else Slack minds, a person can mend.
  return CONTENT.has(name)
    ? { kind: 'rejected', error }
    : { kind: 'rejected', error: `Slack refuses: ${error}`, waits: true };
}
