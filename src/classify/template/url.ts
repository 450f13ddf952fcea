import { MASK } from './mask-rule.ts';

/** Schemes whose URL has a route, as against the place of a file or a database. */
const ROUTED = new Set(['http', 'https', 'ws', 'wss', 'grpc', 'grpcs']);
/** A longer word of a route is more likely a token or the text of a person. */
const LONGEST_WORD = 40;

/**
 * A URL without what varies: of a route the host and its words stay, ids become masks; port, query and credentials are left
 * out. Undefined for the schemes of files, buckets and databases: they are masked whole.
 */
export function renderUrl(url: string): string | undefined {
  const scheme = url.slice(0, url.indexOf('://'));
  if (!ROUTED.has(scheme.toLowerCase())) return undefined;
  const rest = url.slice(scheme.length + 3);
  const slash = rest.search(/[/?#]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  return `${scheme}://${/\d/.test(host) ? MASK : host}${slash < 0 ? '' : renderRoute(rest.slice(slash))}`;
}

/** The path of a request: words stay, ids become masks, the query is left out. */
export function renderRoute(path: string): string {
  const query = path.search(/[?#]/);
  const segments = (query < 0 ? path : path.slice(0, query)).split('/');
  return segments.map((segment) => (isId(segment) ? MASK : segment)).join('/');
}

/** Whether a part of a route is an id: it holds a digit (the version of an API is none), or is no word. */
function isId(segment: string): boolean {
  if (segment.length > LONGEST_WORD) return true;
  if (/\d/.test(segment)) return !/^v\d{1,2}$/.test(segment);
  return /[@%=:]/.test(segment) || /^[a-f]{8,}$/.test(segment);
}
