import { isLoopback } from './config/listen.ts';
import type { Settings } from './config/settings.ts';
import type { EngineRoom } from './engine-room.ts';
import type { Log } from './log.ts';
import { createBodyBudget } from './sources/body-budget.ts';
import { createFluent } from './sources/fluent.ts';
import { createGelfTcp } from './sources/gelf-tcp.ts';
import { GelfUdpSource } from './sources/gelf-udp.ts';
import type { Listener } from './sources/listener.ts';

/** What all connections together may hold of messages that are not complete. */
const INCOMPLETE_BYTES = 16 * 1024 ** 2;

/** The GELF and Fluent listeners that config/tocsin.yml asks for, not started yet. */
export function socketSources(options: {
  readonly settings: Settings;
  readonly room: EngineRoom;
  readonly now: () => number;
  readonly log: Log;
}): Listener[] {
  const { settings, room, now, log } = options;
  const { gelfUdp, gelfTcp, fluent, maxLineBytes, maxBodyBytes, stackTraceMs, ingestToken } = settings;
  const budget = createBodyBudget(Math.max(INCOMPLETE_BYTES, 2 * maxBodyBytes));
  const shared = { pipeline: room.pipeline, maxLineBytes, maxBodyBytes, stackTraceMs, budget, now, log };
  const sources: Listener[] = [];
  if (gelfUdp !== 'off')
    sources.push({ name: 'gelf+udp', source: new GelfUdpSource({ ...gelfUdp, ...shared }) });
  if (gelfTcp !== 'off') sources.push({ name: 'gelf+tcp', source: createGelfTcp({ ...gelfTcp, ...shared }) });
  if (fluent !== 'off') {
    // On this machine Docker's driver must be able to send, which knows no shared key.
    const sharedKey = isLoopback(fluent.host) ? undefined : ingestToken;
    sources.push({ name: 'fluent', source: createFluent({ ...fluent, ...shared, sharedKey }) });
  }
  return sources;
}
