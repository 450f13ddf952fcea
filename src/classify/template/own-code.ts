/** Places of code that is not the user's: interpreters, standard libraries, installed packages. Compared in lower case. */
const LIBRARY_PATHS = [
  '/node_modules/',
  'node:',
  'internal/',
  'webpack/',
  '(webpack)',
  '<anonymous>',
  'native',
  '/site-packages/',
  '/dist-packages/',
  '/lib/python',
  '<frozen ',
  '<string>',
  '/vendor/',
  '/gems/',
  '/lib/ruby/',
  '/rubygems/',
  '<internal:',
  '[internal function]',
  '/usr/lib/',
  '/usr/share/',
  '/usr/local/lib/',
  '/usr/local/go/',
  '/goroot/',
  '/pkg/mod/',
  '/hostedtoolcache/',
  '/rustc/',
  '/.cargo/',
  'rustlib/',
];
/** Names that only match where the path begins. */
const LIBRARY_STARTS = ['internal/', 'node:', 'native', 'webpack/', '<', '[', '_'];
const STANDARD_GO =
  /\/go\/src\/(?:archive|bufio|bytes|context|crypto|database|encoding|errors|fmt|internal|io|log|math|mime|net|os|reflect|regexp|runtime|sort|strconv|strings|sync|syscall|testing|text|time)\//;
/** Bundles of libraries: `vendors~main.3f2a.js`, `polyfills.js`. */
const LIBRARY_BUNDLE = /\/(?:vendors?|polyfills?|framework|runtime)[-~.][^/]*\.m?js$/;

/** First parts of the names of frameworks and runtimes of the JVM, .NET, Go, Rust and PHP. */
const LIBRARY_NAMES = new Set(
  (
    'java. javax. jdk. sun. com.sun. jakarta. kotlin. kotlinx. scala. groovy. clojure. org.springframework. org.apache. org.hibernate. ' +
    'org.jboss. org.eclipse. org.glassfish. org.postgresql. org.junit. org.mockito. org.slf4j. org.gradle. org.codehaus. io.netty. io.undertow. ' +
    'io.vertx. io.quarkus. io.micrometer. io.micronaut. io.grpc. io.reactivex. reactor. rx. akka. play. feign. okhttp3. okio. retrofit2. ' +
    'com.zaxxer. com.fasterxml. com.mysql. com.google. com.mongodb. com.amazonaws. software.amazon. oracle. ch.qos. net.sf. net.bytebuddy. ' +
    'android. androidx. dalvik. com.android. System. Microsoft. MediatR. Npgsql. Newtonsoft. StackExchange. Grpc. Serilog. Polly. ' +
    'Castle. Autofac. Dapper. Hangfire. MassTransit. runtime. reflect. testing. net/http. std:: core:: alloc:: tokio:: Illuminate\\ Symfony\\'
  ).split(' '),
);
const LONGEST_NAME = 24;
/** Functions of runtimes that have no package. */
const LIBRARY_FUNCTIONS =
  /^(?:panic|lambda_method|rust_begin_unwind|__rust\w*|_start|clone|start_thread|main\.main\.func0)\b/;

/** Whether a frame is of the user's own code, by its file and its function. */
export function isOwnCode(file: string, name: string): boolean {
  if (LIBRARY_FUNCTIONS.test(name) || hasLibraryName(name)) return false;
  const path = file.replaceAll('\\', '/').toLowerCase();
  const rooted = path.startsWith('/') || path.startsWith('<') ? path : `/${path}`;
  for (const part of LIBRARY_PATHS) {
    if (LIBRARY_STARTS.includes(part) ? path.startsWith(part) : rooted.includes(part)) return false;
  }
  return !STANDARD_GO.test(rooted) && !LIBRARY_BUNDLE.test(rooted);
}

function hasLibraryName(name: string): boolean {
  const limit = Math.min(name.length, LONGEST_NAME);
  for (let i = 1; i < limit; i++) {
    const code = name.charCodeAt(i);
    // `.`, `:`, `\`: the ends of the parts of a name; `net/http.` has its dot too.
    if ((code === 46 || code === 58 || code === 92) && LIBRARY_NAMES.has(name.slice(0, i + 1))) return true;
  }
  return false;
}
