import { join, type Read, type Reader } from './reader.ts';
import type { HeartbeatSettings, SilenceSettings } from './settings.ts';
import type { YamlNode } from './yaml-node.ts';

const NAME = /^[\w.:+@-]{1,100}$/;
const GRACE_MS = 5 * 60_000;

/** `sources: {api: {silence_minutes: 15}}`: a source (`http`, `udp`, `otlp` …) or a service, by name. */
export function sources(reader: Reader): Read<readonly SilenceSettings[]> {
  return (node, path) =>
    named(reader, node, path, (name, value, at) => {
      const field = reader.fields(value, at, ['silence_minutes']).get('silence_minutes');
      if (!field)
        return reader.wrong(value.at, at, 'silence_minutes is missing, such as silence_minutes: 15.');
      const minutes = reader.number({ above: 0 })(field.value, join(at, 'silence_minutes'));
      return minutes === undefined ? undefined : { name, silenceMs: minutes * 60_000 };
    });
}

/** `heartbeats: {backup: {every: 1d, grace: 30m}}`. */
export function heartbeats(reader: Reader): Read<readonly HeartbeatSettings[]> {
  return (node, path) =>
    named(reader, node, path, (name, value, at) => {
      const fields = reader.fields(value, at, ['every', 'grace']);
      const every = fields.get('every');
      const grace = fields.get('grace');
      if (!every) return reader.wrong(value.at, at, 'every is missing, such as every: 1h.');
      const everyMs = reader.duration(every.value, join(at, 'every'));
      const graceMs = grace ? reader.duration(grace.value, join(at, 'grace')) : GRACE_MS;
      if (everyMs === 0)
        return reader.wrong(every.value.at, join(at, 'every'), 'expected more than nothing.');
      return everyMs === undefined || graceMs === undefined ? undefined : { name, everyMs, graceMs };
    });
}

function named<T>(
  reader: Reader,
  node: YamlNode,
  path: string,
  read: (name: string, value: YamlNode, path: string) => T | undefined,
): T[] | undefined {
  return reader.map(node, path)?.entries.flatMap(({ key, keyAt, value }) => {
    if (!NAME.test(key))
      return reader.wrong(keyAt, join(path, key), 'a name has letters, digits and . : + @ _ - only.') ?? [];
    const one = read(key, value, join(path, key));
    return one === undefined ? [] : [one];
  });
}
