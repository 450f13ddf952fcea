import { type ApiAnswer, askApi } from '../ask-api.ts';
import { type Examination, type Finding, ok, skipped, wrong } from '../finding.ts';
import { outcomeOf } from './outcome.ts';

export interface SlackExamined {
  readonly botToken: string;
  readonly appToken?: string | undefined;
  readonly signingSecret?: string | undefined;
  readonly channels: readonly string[];
  readonly apiUrl?: string | undefined;
  /** Whether the bot listens for HTTP, which Slack needs where there is no Socket Mode. */
  readonly hasHttp: boolean;
  readonly now: () => number;
}

/** The scopes that docs/slack-manifest.yml asks for (a test compares), and what does not work without each. */
export const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'nothing can be posted',
  commands: '/errors and the other commands do not arrive',
  'channels:history':
    'after a lost reply it cannot be looked up in a public channel whether the alert is there, and it may be posted twice',
  'groups:history':
    'after a lost reply it cannot be looked up in a private channel whether the alert is there, and it may be posted twice',
  'files:write': 'a sample that fits into no message cannot be sent as a file',
};

const NAME = 'Slack';
const DEFAULT_URL = 'https://slack.com/api/';

type Answered =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>>; readonly scopes: string | null }
  | { readonly ok: false; readonly error: string; readonly name: string };
type Call = (method: string, token: string, fields?: Record<string, string>) => Promise<Answered>;

/** Asks Slack whether the tokens are good, whether the scopes suffice, and whether the app may post into each channel. */
export async function examineSlack(options: SlackExamined): Promise<Examination> {
  const { botToken, apiUrl = DEFAULT_URL, now } = options;
  let clockAheadMs: number | undefined;
  const call: Call = async (method, bearer, fields = {}) => {
    const answer = await askApi({ url: `${apiUrl.replace(/\/*$/, '/')}${method}`, fields, bearer, now });
    if (answer.kind === 'answer') clockAheadMs ??= answer.clockAheadMs;
    return answeredBy(answer);
  };
  const [identity, incoming] = await Promise.all([call('auth.test', botToken), receiving(call, options)]);
  if (!identity.ok) {
    const text = identity.name === '' ? `${identity.error}. Check the network` : identity.error;
    const rest = skipped(`${NAME} channels`, 'not asked, because the app could not log in');
    return { findings: [wrong(NAME, text), ...incoming, rest], clockAheadMs };
  }
  const { user, team } = identity.body;
  const scopes = identity.scopes?.split(',').map((scope) => scope.trim());
  const channels = options.channels.map((id) => channel(call, botToken, id, scopes ?? []));
  const findings = [
    ok(NAME, `the bot token is good: @${user} in ${team}`),
    ...scopeFindings(scopes),
    ...incoming,
    ...(await Promise.all(channels)),
  ];
  return { findings, clockAheadMs };
}

function answeredBy(answer: ApiAnswer): Answered {
  if (answer.kind === 'unreachable') {
    return { ok: false, error: `Slack cannot be reached (${answer.reason})`, name: '' };
  }
  const { body, status, headers } = answer;
  if (body?.['ok'] === true) return { ok: true, body, scopes: headers.get('x-oauth-scopes') };
  if (status === 429) {
    const seconds = headers.get('retry-after') ?? 'some';
    return { ok: false, error: `Slack asks for a pause of ${seconds} s: ask later`, name: 'ratelimited' };
  }
  if (body === undefined || status >= 400) {
    return { ok: false, error: `an answer that is not of the Web API (HTTP ${status})`, name: '' };
  }
  const outcome = outcomeOf({ code: 'slack_webapi_platform_error', data: body });
  const error = 'error' in outcome ? outcome.error : 'Slack asks for a pause: ask later';
  return { ok: false, error, name: String(body['error']) };
}

function scopeFindings(scopes: readonly string[] | undefined): Finding[] {
  const about = `${NAME} scopes`;
  if (!scopes) return [skipped(about, 'Slack did not say which scopes the app has')];
  const missing = Object.entries(SCOPES).filter(([scope]) => !scopes.includes(scope));
  if (missing.length === 0) return [ok(about, `all that it needs: ${Object.keys(SCOPES).join(', ')}`)];
  return missing.map(([scope, without]) =>
    wrong(
      about,
      `${scope} is missing: ${without}. Add it (OAuth & Permissions, Bot Token Scopes) and install the app again`,
    ),
  );
}

/** How commands and buttons arrive: Socket Mode wins where both are configured. */
async function receiving(call: Call, options: SlackExamined): Promise<Finding[]> {
  const { appToken, signingSecret, hasHttp } = options;
  if (appToken !== undefined) {
    // The address that it answers is thrown away: a socket that is opened would take commands from the bot.
    const opened = await call('apps.connections.open', appToken);
    const about = `${NAME} Socket Mode`;
    if (opened.ok) return [ok(about, 'the app token is good: commands and buttons arrive')];
    const mend = opened.error.replace('SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN').replace(BOT_PAGE, APP_PAGE);
    return [wrong(about, `${mend}; without it commands and buttons do not arrive`)];
  }
  const about = `${NAME} HTTP`;
  if (!hasHttp)
    return [wrong(about, 'TOCSIN_HTTP is off, so commands cannot arrive: set it, or use SLACK_APP_TOKEN')];
  // Basic Information of the app shows 32 hex digits.
  return /^[0-9a-f]{32}$/.test(signingSecret ?? '')
    ? [ok(about, 'the signing secret has the right form; Slack must reach /slack/events from outside')]
    : [
        wrong(
          about,
          'SLACK_SIGNING_SECRET has not the form of one (32 hex digits): copy it anew from "Basic Information" of the app',
        ),
      ];
}

const BOT_PAGE = '"OAuth & Permissions"';
const APP_PAGE = '"Basic Information" (App-Level Tokens, scope connections:write)';

async function channel(call: Call, token: string, id: string, scopes: readonly string[]): Promise<Finding> {
  const about = `${NAME} ${id}`;
  const answer = await call('conversations.info', token, { channel: id });
  if (!answer.ok)
    return answer.name === 'missing_scope' ? byHistory(call, token, id) : wrong(about, answer.error);
  const info = (answer.body['channel'] ?? {}) as ChannelInfo;
  const named = info.name === undefined ? about : `${about} #${info.name}`;
  if (info.is_archived)
    return wrong(named, 'the channel is archived: open it again, or choose another SLACK_CHANNEL');
  if (info.is_member || info.is_im) return ok(named, 'the app is a member and may post there');
  if (!info.is_private && scopes.includes('chat:write.public'))
    return ok(named, 'the app is no member, but may post there (chat:write.public)');
  return wrong(named, `the app is not in the channel: write "/invite @…" with the name of the app there`);
}

interface ChannelInfo {
  readonly name?: string;
  readonly is_member?: boolean;
  readonly is_archived?: boolean;
  readonly is_private?: boolean;
  readonly is_im?: boolean;
}

/** Without channels:read a channel is not described; that its history may be read shows the membership. */
async function byHistory(call: Call, token: string, id: string): Promise<Finding> {
  const about = `${NAME} ${id}`;
  const answer = await call('conversations.history', token, { channel: id, limit: '1' });
  if (answer.ok) return ok(about, 'the app is a member');
  return answer.name === 'missing_scope'
    ? skipped(about, 'the app has no scope to look at channels (channels:read, groups:read): use --send')
    : wrong(about, answer.error);
}
