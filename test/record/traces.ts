/** A stack trace as its language really prints it, and what is to be read out of it. */
export interface Trace {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  readonly message: string;
}

/** `n` makes messages and places differ. */
export const TRACES: readonly ((n: number) => Trace)[] = [
  (n) => ({
    name: 'Python',
    type: 'ValueError',
    message: `bad order ${n}`,
    text: `Traceback (most recent call last):
  File "/app/main.py", line ${n}, in <module>
    main()
  File "/app/main.py", line 7, in main
    raise ValueError("bad order")
ValueError: bad order ${n}`,
  }),
  (n) => ({
    name: 'Python, logged, with a cause',
    type: 'app.errors.PaymentError',
    message: `declined ${n}`,
    text: `2024-05-01 10:00:00,123 ERROR app.pay: Unhandled exception
Traceback (most recent call last):
  File "/app/pay.py", line ${n}, in charge
    gateway.post()
    ~~~~~~~~~~~~^^
ConnectionError: refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/pay.py", line 9, in run
    charge()
app.errors.PaymentError: declined ${n}`,
  }),
  (n) => ({
    name: 'Python, while handling, with a message of several lines',
    type: 'pydantic.error_wrappers.ValidationError',
    message: `${n} validation errors for Order`,
    text: `Traceback (most recent call last):
  File "/app/a.py", line 1, in <module>
    f()
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/a.py", line ${n}, in <module>
    Order()
pydantic.error_wrappers.ValidationError: ${n} validation errors for Order
name
  field required (type=value_error.missing)
price
  value is not a valid float (type=type_error.float)`,
  }),
  (n) => ({
    name: 'Python, a thread',
    type: 'ZeroDivisionError',
    message: 'division by zero',
    text: `Exception in thread Thread-${n} (work):
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1038, in _bootstrap_inner
    self.run()
  File "/app/t.py", line 4, in work
    1/0
ZeroDivisionError: division by zero`,
  }),
  (n) => ({
    name: 'Python, a group of exceptions',
    type: 'ExceptionGroup',
    message: `order ${n} (2 sub-exceptions)`,
    text: `  + Exception Group Traceback (most recent call last):
  |   File "/app/g.py", line ${n}, in <module>
  |     raise ExceptionGroup("order", [ValueError(1), TypeError(2)])
  | ExceptionGroup: order ${n} (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: 2
    +------------------------------------`,
  }),
  (n) => ({
    name: 'Java',
    type: 'java.lang.IllegalStateException',
    message: `bad state ${n}`,
    text: `Exception in thread "main" java.lang.IllegalStateException: bad state ${n}
\tat com.example.App.run(App.java:${n})
\tat com.example.App.main(App.java:5)
Caused by: java.io.IOException: disk
\tat com.example.Disk.read(Disk.java:9)
\t... 1 more`,
  }),
  (n) => ({
    name: 'Java, logged, with a message of several lines',
    type: 'org.postgresql.util.PSQLException',
    message: `ERROR: duplicate key value violates unique constraint "orders_pkey"\n  Detail: Key (id)=(${n}) already exists.`,
    text: `2024-05-01 10:00:00.000 ERROR 1 --- [nio-8080-exec-1] c.e.OrderController : Request failed
org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint "orders_pkey"
  Detail: Key (id)=(${n}) already exists.
\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2676)
\tat com.example.Orders.save(Orders.java:${n})
\tSuppressed: java.lang.RuntimeException: close
\t\tat com.example.Orders.close(Orders.java:4)
\t... 12 common frames omitted`,
  }),
  (n) => ({
    name: 'Node',
    type: 'TypeError',
    message: `Cannot read properties of undefined (reading 'x${n}')`,
    text: `TypeError: Cannot read properties of undefined (reading 'x${n}')
    at handler (/app/server.js:${n}:12)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async Promise.all (index 0)`,
  }),
  (n) => ({
    name: 'Node, uncaught, with properties and a cause',
    type: 'Error',
    message: `boom ${n}`,
    text: `/app/server.js:${n}
    throw new Error('boom', { cause });
    ^

Error: boom ${n}
    at main (/app/server.js:${n}:9)
    at Object.<anonymous> (/app/server.js:20:1) {
  code: 'E_BOOM',
  [cause]: Error: inner
      at main (/app/server.js:3:9)
}

Node.js v20.20.2`,
  }),
  (n) => ({
    name: 'Node, logged',
    type: 'PaymentError',
    message: `declined ${n}`,
    text: `[2024-05-01T10:00:00.000Z] ERROR: request failed
PaymentError: declined ${n}
    at charge (file:///app/pay.mjs:${n}:9)`,
  }),
  (n) => ({
    name: 'Go panic',
    type: 'panic',
    message: `runtime error: index out of range [${n}] with length 3`,
    text: `panic: runtime error: index out of range [${n}] with length 3

goroutine 1 [running]:
main.pick(...)
\t/app/main.go:8
main.main()
\t/app/main.go:${n} +0x1d

goroutine 18 [select]:
net/http.(*persistConn).writeLoop(0xc0001a2000)
\t/usr/local/go/src/net/http/transport.go:2421 +0xe5
created by net/http.(*Transport).dialConn in goroutine 17
\t/usr/local/go/src/net/http/transport.go:1777 +0x16f1
exit status 2`,
  }),
  (n) => ({
    name: 'Go, nil pointer, recovered and again',
    type: 'panic',
    message: 'runtime error: invalid memory address or nil pointer dereference [recovered]',
    text: `panic: runtime error: invalid memory address or nil pointer dereference [recovered]
\tpanic: again ${n}
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47b0f4]

goroutine 34 [running]:
testing.tRunner.func1.2({0x4b3a60, 0x5d8f10})
\t/usr/local/go/src/testing/testing.go:1396 +0x24e
panic({0x4b3a60, 0x5d8f10})
\t/usr/local/go/src/runtime/panic.go:890 +0x262`,
  }),
  (n) => ({
    name: 'Go, net/http',
    type: 'panic',
    message: `order ${n} is nil`,
    text: `2024/05/01 10:00:00 http: panic serving 10.0.0.1:5123: order ${n} is nil
goroutine 6 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1868 +0xb9
main.handler({0x7a, 0xc0}, 0xc0)
\t/app/main.go:${n} +0x25`,
  }),
  (n) => ({
    name: 'Ruby',
    type: 'ZeroDivisionError',
    message: 'divided by 0',
    text: `app.rb:${n}:in \`/': divided by 0 (ZeroDivisionError)
\tfrom app.rb:${n}:in \`divide'
\tfrom app.rb:9:in \`<main>'`,
  }),
  (n) => ({
    name: 'Ruby 3.4',
    type: 'Shop::OrderError',
    message: `no such order ${n}`,
    text: `/app/lib/shop.rb:${n}:in 'Shop.find': no such order ${n} (Shop::OrderError)
\tfrom /app/lib/shop.rb:9:in 'Shop.run'
\tfrom app.rb:1:in '<main>'`,
  }),
  (n) => ({
    name: 'Rails',
    type: 'ActiveRecord::RecordNotFound',
    message: `Couldn't find Order with 'id'=${n}`,
    text: `F, [2024-05-01T10:00:00.000000 #1] FATAL -- : ActiveRecord::RecordNotFound (Couldn't find Order with 'id'=${n}):
  
app/controllers/orders_controller.rb:${n}:in \`show'
app/middleware/log.rb:3:in \`call'`,
  }),
  (n) => ({
    name: '.NET',
    type: 'System.InvalidOperationException',
    message: `order ${n} is locked`,
    text: `Unhandled exception. System.InvalidOperationException: order ${n} is locked
 ---> System.IO.IOException: disk
   at Shop.Disk.Read() in /app/Disk.cs:line 9
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args) in /app/Program.cs:line ${n}`,
  }),
  (n) => ({
    name: 'ASP.NET',
    type: 'Shop.OrderException',
    message: `no order ${n}`,
    text: `fail: Microsoft.AspNetCore.Server.Kestrel[13]
      Connection id "0HM", Request id "0HM:1": An unhandled exception was thrown by the application.
      Shop.OrderException: no order ${n}
         at Shop.Orders.Get(Int32 id) in /app/Orders.cs:line ${n}
         at lambda_method1(Closure , Object )`,
  }),
  (n) => ({
    name: 'PHP',
    type: 'App\\OrderException',
    message: `no order ${n}`,
    text: `[01-May-2024 10:00:00 UTC] PHP Fatal error:  Uncaught App\\OrderException: no order ${n} in /app/a.php:${n}
Stack trace:
#0 /app/a.php(7): App\\find(${n})
#1 {main}
  thrown in /app/a.php on line ${n}`,
  }),
  (n) => ({
    name: 'Laravel',
    type: 'Illuminate\\Database\\QueryException',
    message: `SQLSTATE[42S02]: no table ${n}`,
    text: `[2024-05-01 10:00:00] production.ERROR: SQLSTATE[42S02]: no table ${n} {"exception":"[object] (Illuminate\\\\Database\\\\QueryException(code: 42S02): SQLSTATE[42S02]: no table ${n} at /app/vendor/x.php:${n})
[stacktrace]
#0 /app/vendor/y.php(3): Illuminate\\\\Database\\\\Connection->run()
#1 {main}
"} `,
  }),
  (n) => ({
    name: 'Rust',
    type: 'panic',
    message: `no order ${n}`,
    text: `thread 'main' panicked at src/main.rs:${n}:5:
no order ${n}
stack backtrace:
   0: rust_begin_unwind
             at /rustc/abc/library/std/src/panicking.rs:595:5
   1: core::panicking::panic_fmt
note: run with \`RUST_BACKTRACE=full\` for a verbose backtrace`,
  }),
];
