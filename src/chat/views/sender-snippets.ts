/** Where a sender's lines can go: the listeners of the bot by their names, and its own machine. */
export type Inlet = 'http' | 'udp' | 'tcp' | 'tls' | 'gelf+udp' | 'gelf+tcp' | 'fluent' | 'pipe';

/** What to paste where, for one sender. docs/senders.md says more. */
export interface SenderSnippet {
  readonly sender: string;
  /** The listener that it needs. */
  readonly inlet: Inlet;
  readonly text: (at: Place) => string;
}

export interface Place {
  readonly host: string;
  readonly port: string;
  /** What stands for the token; undefined when none is asked for. */
  readonly token: string | undefined;
}

const address = ({ host, port }: Place) => `${host}:${port}`;
const bearer = ({ token }: Place) => (token === undefined ? '' : ` -H "Authorization: Bearer ${token}"`);
const user = ({ token }: Place) => (token === undefined ? '' : `tocsin:${token}@`);

/** One row for each sender. */
export const SNIPPETS: readonly SenderSnippet[] = [
  {
    sender: 'curl',
    inlet: 'http',
    text: (at) =>
      `curl${bearer(at)} -d '{"level":"error","msg":"Out of memory","service":"api"}' http://${address(at)}/ingest`,
  },
  {
    sender: 'opentelemetry',
    inlet: 'http',
    text: (at) =>
      [
        `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://${address(at)}/v1/logs`,
        'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf',
        ...(at.token === undefined
          ? []
          : [`OTEL_EXPORTER_OTLP_LOGS_HEADERS=authorization=Bearer%20${at.token}`]),
      ].join('\n'),
  },
  {
    sender: 'loki',
    inlet: 'http',
    text: (at) => `clients:\n  - url: http://${user(at)}${address(at)}/loki/api/v1/push`,
  },
  {
    sender: 'elasticsearch',
    inlet: 'http',
    text: (at) =>
      `output.elasticsearch:\n  hosts: ["http://${address(at)}"]${
        at.token === undefined ? '' : `\n  username: tocsin\n  password: ${at.token}`
      }\nsetup.template.enabled: false\nsetup.ilm.enabled: false`,
  },
  {
    sender: 'sentry',
    inlet: 'http',
    text: (at) => `SENTRY_DSN=http://${at.token ?? 'any'}@${address(at)}/1`,
  },
  {
    sender: 'heroku',
    inlet: 'http',
    text: (at) => `heroku drains:add "https://${user(at)}<your host>/logplex?service=shop" -a shop`,
  },
  {
    sender: 'alertmanager',
    inlet: 'http',
    text: (at) =>
      `receivers:\n  - name: tocsin\n    webhook_configs:\n      - url: http://${address(at)}/alertmanager${
        at.token === undefined
          ? ''
          : `\n        http_config: { authorization: { credentials: "${at.token}" } }`
      }`,
  },
  {
    sender: 'grafana',
    inlet: 'http',
    text: (at) =>
      `Contact point, Webhook: http://${address(at)}/grafana${
        at.token === undefined ? '' : `; Authorization scheme Bearer, credentials ${at.token}`
      }`,
  },
  {
    sender: 'heartbeat',
    inlet: 'http',
    text: (at) =>
      `0 3 * * * backup.sh && curl -fsS${bearer(at)} -X POST http://${address(at)}/heartbeat/backup`,
  },
  {
    sender: 'logger',
    inlet: 'udp',
    text: ({ host, port }) => `logger -n ${host} -P ${port} -d -t api "Error: socket hang up"`,
  },
  {
    sender: 'rsyslog',
    inlet: 'tcp',
    text: ({ host, port }) =>
      `action(type="omfwd" target="${host}" port="${port}" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")`,
  },
  {
    sender: 'docker-syslog',
    inlet: 'tcp',
    text: (at) =>
      `docker run --log-driver syslog --log-opt syslog-address=tcp://${address(at)} --log-opt syslog-format=rfc5424micro --log-opt tag="{{.Name}}" …`,
  },
  {
    sender: 'render',
    inlet: 'tls',
    text: ({ port }) => `Integrations, Log streams: endpoint <your host>:${port}, token: TOCSIN_SYSLOG_TOKEN`,
  },
  {
    sender: 'docker-gelf',
    inlet: 'gelf+udp',
    text: (at) =>
      `docker run --log-driver gelf --log-opt gelf-address=udp://${address(at)} --log-opt tag=shop …`,
  },
  {
    sender: 'docker-gelf-tcp',
    inlet: 'gelf+tcp',
    text: (at) =>
      `docker run --log-driver gelf --log-opt gelf-address=tcp://${address(at)} --log-opt tag=shop …`,
  },
  {
    sender: 'fluent-bit',
    inlet: 'fluent',
    text: ({ host, port }) =>
      `[OUTPUT]\n    Name forward\n    Match *\n    Host ${host}\n    Port ${port}\n    Require_ack_response True`,
  },
  { sender: 'program', inlet: 'pipe', text: () => 'some-command 2>&1 | npx tocsin pipe' },
  { sender: 'journald', inlet: 'pipe', text: () => 'journalctl -f -o json | npx tocsin pipe' },
  {
    sender: 'kubernetes',
    inlet: 'pipe',
    text: () => 'kubectl logs -f -l app=shop --prefix | npx tocsin pipe',
  },
];

/** How a listener that is off is switched on. */
export const SWITCHES: Readonly<Record<Inlet, string>> = {
  http: 'TOCSIN_HTTP=127.0.0.1:8790',
  udp: 'TOCSIN_UDP=127.0.0.1:5514',
  tcp: 'TOCSIN_SYSLOG_TCP=127.0.0.1:6514',
  tls: 'TOCSIN_SYSLOG_TLS=0.0.0.0:6515 with TOCSIN_SYSLOG_CERT, TOCSIN_SYSLOG_KEY and TOCSIN_SYSLOG_TOKEN',
  'gelf+udp': 'gelf: { udp: 127.0.0.1:12201 } in config/tocsin.yml',
  'gelf+tcp': 'gelf: { tcp: 127.0.0.1:12201 } in config/tocsin.yml',
  fluent: 'fluent: 127.0.0.1:24224 in config/tocsin.yml',
  pipe: '',
};
