import { lifeOf } from './alerting/life.ts';
import type { ChatContext } from './chat/command.ts';
import { alertMessage, escalationMessage } from './chat/views/alert.ts';
import { bundleMessage, closingMessage } from './chat/views/bundle.ts';
import type { Composed, Composer } from './delivery/composer.ts';
import type { AlertDetail } from './store/alerts.ts';
import type { Bundle } from './store/bundles.ts';
import type { Store } from './store/store.ts';

export interface ComposerOptions extends Pick<ChatContext, 'time' | 'sentry' | 'mentions' | 'now'> {
  readonly store: Pick<Store, 'alerts' | 'bundles' | 'mutes'>;
}

/** Writes the messages of the queue, each from the database as it is when it is sent. */
export function createComposer(options: ComposerOptions): Composer {
  const { store, now } = options;

  function alert(detail: AlertDetail): Composed {
    const [service = ''] = detail.services;
    const mute = store.mutes.covering(
      { ...detail, service: detail.services.length === 1 ? service : '' },
      now(),
    );
    const shown = {
      groupId: detail.groupId,
      state: lifeOf(detail, now()),
      seenAt: detail.lastSeenAt,
      composedAt: now(),
    };
    return { message: alertMessage(options, detail, mute), shown };
  }

  function bundle(one: Bundle): Composed {
    const { upTo } = store.bundles.unshown(one.id);
    return { message: bundleMessage(options, one, store.bundles.groups(one, now())), upTo };
  }

  return {
    bundle,
    live(live) {
      const detail = store.alerts.detail(live.alertId);
      return detail && alert(detail);
    },
    item(item) {
      if (item.kind === 'notice') return { message: item.notice };
      if ('bundleId' in item) {
        const one = store.bundles.get(item.bundleId);
        if (!one) return undefined;
        return item.kind === 'bundle'
          ? bundle(one)
          : { message: closingMessage(options, one, store.bundles.groups(one, now())) };
      }
      const detail = store.alerts.detail(item.alertId);
      if (!detail) return undefined;
      return item.kind === 'escalation' ? { message: escalationMessage(options, detail) } : alert(detail);
    },
  };
}
