/** The API's own check of a link in `<a href>` and in URL buttons (tdlib, LinkManager::check_link). */
export type CheckedLink =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Takes http, https, tg and ton links; a missing scheme counts as http. A host without a dot is a
 * "Wrong HTTP URL", which is why a dashboard at http://localhost:8080 can't be linked.
 */
export function checkLink(link: string): CheckedLink {
  const own = /^(tg|ton):(?:\/\/)?([^/?#]*)(.*)$/is.exec(link);
  if (own) return checkOwnLink(own[1] ?? '', own[2] ?? '', own[3] ?? '');
  const withScheme = /^([^:]*):\/\/(.*)$/s.exec(link);
  const scheme = (withScheme?.[1] ?? 'http').toLowerCase();
  const rest = withScheme?.[2] ?? link;
  if (scheme !== 'http' && scheme !== 'https') return refuse('Unsupported URL protocol');
  return checkWebLink(scheme, rest);
}

/** `tg://user?id=123` in `<a href>` is a mention of a person, not a link. */
export function mentionedUserId(link: string): number | undefined {
  const id = /^tg:(?:\/\/)?user\/?\?(?:.*&)?id=(\d+)(?:&|$)/i.exec(link)?.[1];
  return id === undefined ? undefined : Number(id);
}

function checkOwnLink(scheme: string, host: string, rest: string): CheckedLink {
  if (host === '') return refuse('URL host is empty');
  if (!/^[a-z0-9_-]+$/i.test(host)) return refuse('Unallowed characters in URL host');
  return { ok: true, url: `${scheme.toLowerCase()}://${host}${rest}` };
}

function checkWebLink(scheme: string, rest: string): CheckedLink {
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = end < 0 ? '/' : rest.slice(end);
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1);
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d*))?$/i.exec(hostAndPort);
  if (!parts) return refuse('Wrong port number specified in the URL');
  const host = parts[1] ?? '';
  if (host === '') return refuse('URL host is empty');
  if (parts[2] !== undefined && !(Number(parts[2]) >= 1 && Number(parts[2]) <= 65_535)) {
    return refuse('Wrong port number specified in the URL');
  }
  if (/[\s"<>\\^`{|}\u0000-\u001f\u007f]/.test(host)) return refuse('Wrong URL host');
  if (!host.includes('.') && !host.startsWith('[')) return refuse('Wrong HTTP URL');
  return { ok: true, url: `${scheme}://${authority}${path.startsWith('/') ? path : `/${path}`}` };
}

function refuse(reason: string): CheckedLink {
  return { ok: false, reason };
}
