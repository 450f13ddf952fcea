/**
 * Patterns (RE2 sources, matched without regard to case, in ASCII lines) of which at least one is found in every line that may be
 * more than counted: each matches at least what the rule beside it does, wherever in the line the program's text begins. Who
 * changes such a rule changes the pattern; test/classify/quiet-lines.test.ts holds both against each other.
 */

/** What stands in front of a program's text: nothing, or the end of an envelope (line-envelope.ts). */
export const TEXT_START = '(?:(?m:^)|[|:\\]] ?|std(?:out|err) [FP]\\S* )';
const TEXT_END = '(?m:$)';

/** The beginnings of all names from `SEVERITY.ERROR` up (severity.ts). Beginnings, since a head is cut anywhere. */
const LEVELS = '(?:err|severe|crit|fatal|d?panic|alert|emerg|fail|ftl|pnc)';
const UPPER_LEVELS = '(?-i:ERR|SEVERE|CRIT|FATAL|D?PANIC|ALERT|EMERG|FTL|PNC)';
const LEVEL_KEY = '(?:l(?:eve|v)l|level_?name|log_?level|log\\.level|severity|severity_?text)';

/** severity-in-text.ts, in the order of its patterns; http-status.ts. */
const ERROR_LEVELS = [
  `${TEXT_START}<\\d{1,3}>`,
  `${TEXT_START}(?-i:[EF])(?:\\d{4} \\d\\d:\\d\\d:\\d\\d|/[\\w.]+ *\\(|, \\[)`,
  '\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ +\\d+ +\\d+ (?-i:[EF]) ',
  'npm err',
  'php (?:catchable |recoverable )?(?:fatal|parse)',
  `\\.${UPPER_LEVELS}`,
  '(?:(?m:^)|[^a-z])(?:err|error|severe|crit|critical|fatal|panic|alert|emerg|fail)(?: [a-z]{1,4}\\d+)?:',
  `${LEVEL_KEY}\\\\?["']?\\s*[=:]\\s*\\\\?["']?${LEVELS}`,
  `[\\[|:]\\s*${LEVELS}[a-z]*\\s*[\\]|]`,
  `(?:(?m:^)|[\\s\\[(|:>,"'/\\]])${UPPER_LEVELS}`,
  `${TEXT_START}at="?${LEVELS}`,
  '\\] "[^"]*" 5\\d\\d ',
];

/** redact.ts and its rules: a text is classified without its secrets, so a line that has one goes the plain way. */
const SECRETS = [
  'token|passwd|password|passphrase|pwd|pass["\'\\\\\\]]{0,4}\\s?=|secret|cookie|authori[sz]ation|api[-_. ]?key|dsn|private[-_. ]?key',
  '\\d{6}:[\\w-]{10}|xox[a-z](?:\\.xox[a-z])?-|xapp-|gh[pousr]_|github_pat_|glpat-|(?-i:AKIA|ASIA)|[srp]k_(?:live|test)_|rk_[a-z0-9]{8}',
  'whsec_|(?-i:eyJ)[\\w.-]{8}|aiza[\\w-]{8}|ya29\\.|npm_[a-z0-9]{8}|sk-[\\w-]{8}|(?-i:SG)\\.[\\w-]{8}|hf_[a-z0-9]{8}|sntry[su]_|pypi-|dop_v1_',
  'hooks\\.slack\\.com/|discord(?:app)?\\.com/api/webhooks/',
  'bearer(?:\\s|%20|\\+)|-----BEGIN ',
  '://[^\\s"\'`<>\\\\]*@|@(?:tcp|unix)\\(|jdbc:oracle:',
  '(?:mysql|mariadb|sshpass|-u|--user[= ]).*[\\s"\']-p',
  // JSON is redacted by its keys, too.
  `${TEXT_START}[ \\t]*\\[.*".*\\][ \\t]*${TEXT_END}`,
];

/** What Tocsin itself wrote or is about its alerts (loop-guard.ts), a PRI. */
const OTHERS = ['tocsin|internal_alert|alert_received', '(?m:^)<'];

export const TELLING: readonly string[] = [...ERROR_LEVELS, ...SECRETS, ...OTHERS];

/**
 * Lines that may belong to a trace of which only its head is there (trace-lines.ts, trace-group.ts), or be heads whose message may
 * go on in any line; and the parts of a line that a container runtime split.
 */
export const TRACES: readonly string[] = [
  // What cleaning changes may be anything (a line of colours alone is blank), and so may the text that an object wraps.
  `\\}[ \\t]*${TEXT_END}`,
  '[\\x00-\\x08\\x0b-\\x1f\\x7f]',
  // Blank or indented, also behind what an envelope leaves in front.
  `(?m:^)(?:[ \\t]|${TEXT_END})`,
  `(?:[|:]|std(?:out|err) [FP]\\S*|(?m:^)\\[pod/\\S*\\]|\\] [a-z]{3} \\[[a-z]{4,8}\\])[ \\t]*${TEXT_END}`,
  '[:|\\]] [ \\t]|[:|\\]]\\t|std(?:out|err) [FP]\\S* [ \\t]',
  'Traceback \\(',
  `${TEXT_START}(?:Caused by: |Suppressed: |Wrapped by: |During handling of the above|The above exception was|Next [\\w\\\\])`,
  `${TEXT_START}(?:goroutine \\d+ |runtime stack:)`,
  `${TEXT_START}(?:Stack trace:|\\[stacktrace\\]|#\\d+ |"\\} ?${TEXT_END})`,
  ':\\d+:in [`\'"]',
  `(?-i:Error|Exception|Throwable|Failure|Fault|Interrupt|panic)[\\w$.\\\\/:]*(?: \\[\\w+\\])?(?:: |${TEXT_END})`,
  'panic',
  `${TEXT_START}(?:node:|file:|/|[a-z]:\\\\)\\S*:\\d+${TEXT_END}`,
  'std(?:out|err) P',
  // A line break as rsyslog writes it (syslog.ts).
  '#012',
];
