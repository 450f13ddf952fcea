import type { HttpAnswer, HttpRequest } from './http.ts';
import { refuse } from './message-rules.ts';
import { CHAT_METHODS } from './methods-chat.ts';
import { FILE_METHODS } from './methods-files.ts';
import { READ_METHODS } from './methods-read.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Json, Workspace } from './workspace.ts';

export interface Method {
  readonly token: 'bot' | 'app' | 'none';
  /** All of these are needed. */
  readonly scopes: readonly string[];
  run(workspace: Workspace, payload: Json): Json;
}

export interface WebApiDeps {
  readonly workspace: Workspace;
  readonly limits: RateLimits;
  /** Makes a WebSocket address that works once. */
  openConnection(): Json;
}

/**
 * Answers one call of `/api/<method>`, in the order in which the real one checks: token, method, scope,
 * rate, rest.
 */
export function answerWebApi(deps: WebApiDeps, name: string, request: HttpRequest): HttpAnswer {
  const { workspace, limits } = deps;
  const method = methodOf(deps, name);
  if (method === undefined) return json(refuse('unknown_method'));
  if (!request.parsed.ok) return json(request.parsed);
  const payload = request.parsed.value;
  const tokenError =
    method.token === 'none' ? undefined : checkToken(workspace, request, payload, method.token);
  if (tokenError !== undefined) return json(refuse(tokenError));
  const headers = { 'x-oauth-scopes': [...workspace.scopes].join(',') };
  const needed = method.scopes.find((scope) => !workspace.scopes.has(scope));
  if (needed !== undefined) {
    const provided = [...workspace.scopes].join(',');
    return json({ ...refuse('missing_scope'), needed, provided }, headers);
  }
  const waitSeconds = limits.take(name, String(payload['channel'] ?? ''));
  if (waitSeconds > 0) return rateLimited(waitSeconds);
  const { token: _secret, ...rest } = payload;
  return json(method.run(workspace, rest), {
    ...headers,
    'x-accepted-oauth-scopes': method.scopes.join(','),
  });
}

/** https://docs.slack.dev/apis/web-api/rate-limits */
export function rateLimited(seconds: number): HttpAnswer {
  return { ...json(refuse('ratelimited'), { 'retry-after': String(seconds) }), status: 429 };
}

export function json(body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
    response: body,
  };
}

function methodOf(deps: WebApiDeps, name: string): Method | undefined {
  if (name === 'apps.connections.open') {
    return { token: 'app', scopes: [], run: () => deps.openConnection() };
  }
  const all = { ...CHAT_METHODS, ...READ_METHODS, ...FILE_METHODS };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** https://docs.slack.dev/authentication/tokens; the Authorization header wins over the form field. */
function checkToken(
  workspace: Workspace,
  request: HttpRequest,
  payload: Json,
  wanted: 'bot' | 'app',
): string | undefined {
  const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer ?? payload['token'];
  if (typeof token !== 'string' || token === '') return 'not_authed';
  const { botToken, appToken } = workspace.options;
  if (token !== botToken && token !== appToken) return 'invalid_auth';
  const revoked = workspace.revoked.get(token);
  if (revoked !== undefined) return revoked;
  const kind = token === botToken ? 'bot' : 'app';
  return kind === wanted ? undefined : 'not_allowed_token_type';
}
