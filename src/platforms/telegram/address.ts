import { LIMITS } from './limits.ts';

/**
 * The address of a link or button in the form that Telegram takes, or undefined: http(s) to a host with a dot. Any other button
 * would be refused with the whole message, and any other link would vanish from it (td, LinkManager::check_link).
 */
export function webAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, password, href } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (!/^[\w-]+(?:\.[\w-]+)+$/.test(hostname) || port === '0') return undefined;
  if (username !== '' || password !== '' || href.length > LIMITS.url) return undefined;
  return href;
}
