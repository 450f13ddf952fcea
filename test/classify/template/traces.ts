/** What differs between two occurrences of one error (line, id, build), and what makes it another one (site, type). */
export interface Variant {
  readonly line: number;
  readonly id: string;
  readonly build: string;
  readonly site: string;
  readonly type: string;
}

type Trace = (variant: Variant) => string;

/** Invented stack traces, five languages and some more. */
export const TRACES: Readonly<Record<string, Trace>> = {
  'python: a function of the app': ({ line, id, site, type }) => `Traceback (most recent call last):
  File "/srv/shop/app/worker.py", line ${line}, in run
    self.${site}(job)
  File "/srv/shop/app/billing.py", line ${line + 40}, in ${site}
    raise ${type}("invoice ${id} is void")
${type}: invoice ${id} is void`,
  'python: the error comes out of a package': ({
    line,
    id,
    build,
    site,
    type,
  }) => `2024-05-01 10:00:00 ERROR job ${id} failed
Traceback (most recent call last):
  File "/srv/releases/${build}/app/worker.py", line ${line}, in run
    ${site}(job)
  File "/srv/releases/${build}/app/mail.py", line ${line}, in ${site}
    smtp.send(text)
  File "/venv/lib/python3.11/site-packages/smtpkit/client.py", line ${line + 3}, in send
    raise ${type}("timed out after ${line} s")
smtpkit.errors.${type}: timed out after ${line} s`,
  'python: one exception raised from another': ({
    line,
    id,
    site,
    type,
  }) => `Traceback (most recent call last):
  File "app/store.py", line ${line}, in load
    return rows[${id}]
KeyError: ${id}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "app/main.py", line ${line}, in <module>
    ${site}()
  File "app/orders.py", line ${line}, in ${site}
    raise ${type}(key)
app.errors.${type}: ${id}`,
  'python: only frames of the library': ({ line, id, site, type }) => `Traceback (most recent call last):
  File "/usr/lib/python3.11/asyncio/runners.py", line ${line}, in run
    return self._loop.run_until_complete(task)
${type}: ${site} of ${id} bytes`,
  'node: an async handler': ({ line, id, site, type }) => `${type}: order ${id} has no total
    at ${site} (/app/src/orders/total.js:${line}:17)
    at async handle (/app/src/routes/orders.js:${line + 7}:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`,
  'node: a method, with a head of a logger': ({
    line,
    id,
    site,
    type,
  }) => `2024-05-01T10:00:00.${line}Z [error] request ${id} failed ${type}: Cannot read properties of undefined (reading 'id')
    at Cart.${site} (/app/dist/cart.js:${line}:9)
    at new Checkout (/app/dist/checkout.js:${line}:3)
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)`,
  'browser: a bundle with a hash in its name': ({
    line,
    id,
    build,
    site,
    type,
  }) => `${type}: cannot load cart ${id}
    at ${site} (https://shop.example.com/static/js/main.${build}.js:2:${line})
    at n (https://shop.example.com/static/js/vendors~main.${build}.js:1:${line})
    at HTMLButtonElement.onClick (https://shop.example.com/static/js/cart-${build}.js:2:${line})`,
  'node: an error with a cause': ({ line, id, site, type }) => `Error: report ${id} failed
    at render (file:///srv/app/src/report/render.mjs:${line}:11) {
  [cause]: ${type}: no rows for ${id}
      at ${site} (file:///srv/app/src/report/rows.mjs:${line}:11)
      at async load (file:///srv/app/src/report/load.mjs:${line}:3)
}`,
  'java: a service': ({ line, id, site, type }) => `com.acme.shop.${type}: no stock for ${id}
	at com.acme.shop.StockService.${site}(StockService.java:${line})
	at com.acme.shop.OrderController.post(OrderController.java:${line + 9})
	at java.base/java.lang.reflect.Method.invoke(Method.java:568)
	at org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:897)`,
  'java: caused by': ({
    line,
    id,
    site,
    type,
  }) => `2024-05-01 10:00:00.000 ERROR 1 --- [exec-${line}] c.a.Api : request ${id} failed
org.springframework.web.util.NestedServletException: Request processing failed
	at org.springframework.web.servlet.FrameworkServlet.processRequest(FrameworkServlet.java:1014)
	at com.acme.api.Filter.doFilter(Filter.java:${line})
Caused by: com.acme.db.${type}: row ${id} is locked
	at com.acme.db.Rows.${site}(Rows.java:${line})
	at com.acme.api.Service.save(Service.java:${line})
	... 42 more`,
  'java: a lambda and a proxy': ({ line, id, build, site, type }) => `java.lang.${type}: ${id}
	at java.util.Objects.requireNonNull(Objects.java:233)
	at com.acme.jobs.Sync.lambda$${site}$${line}(Sync.java:${line})
	at com.acme.jobs.Sync$$EnhancerBySpringCGLIB$$${build}.run(<generated>)`,
  'kotlin: a coroutine': ({ line, id, site, type }) => `com.acme.pay.${type}: card ${id} declined
	at com.acme.pay.Gateway$${site}$2.invokeSuspend(Gateway.kt:${line})
	at kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)`,
  'go: a nil pointer': ({
    line,
    id,
    site,
    type,
  }) => `panic: ${type}: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x${line} pc=0x${id}]

goroutine ${line} [running]:
main.(*Server).${site}(0xc000${id}, {0x6d5f20, 0x${line}})
	/src/shop/server.go:${line} +0x1d
net/http.HandlerFunc.ServeHTTP(0x${id}, {0x${line}, 0x1}, 0x2)
	/usr/local/go/src/net/http/server.go:2136 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb

goroutine 1 [IO wait]:
main.main()
	/src/shop/main.go:${line} +0x1d`,
  'go: an index': ({ line, site, type }) => `2024/05/01 10:00:00 starting
panic: ${type}: index out of range [${line}] with length 3

goroutine 1 [running]:
example.com/shop/cart.${site}.func${line}(...)
	/build/cart/cart.go:${line}
main.main()
	/build/main.go:${line} +0x1d
exit status 2`,
  'ruby: a model': ({
    line,
    id,
    site,
    type,
  }) => `/app/app/models/order.rb:${line}:in \`${site}': undefined method \`cents' for order ${id} (${type})
	from /app/app/services/checkout.rb:${line}:in \`block in call'
	from /usr/local/bundle/gems/rack-2.2.8/lib/rack/builder.rb:${line}:in \`call'`,
  'ruby: a log of Rails': ({
    line,
    id,
    site,
    type,
  }) => `ActiveRecord::${type} (Couldn't find Order with 'id'=${id}):
app/controllers/orders_controller.rb:${line}:in \`${site}'
/usr/local/bundle/gems/actionpack-7.1.2/lib/action_controller/metal.rb:${line}:in \`dispatch'`,
  '.net: with source files': ({
    line,
    id,
    site,
    type,
  }) => `Unhandled exception. Acme.Orders.${type}: order ${id} is closed
   at Acme.Orders.Book.${site}(Int32 id, String note) in C:\\agent\\_work\\${line}\\src\\Book.cs:line ${line}
   at Acme.Api.OrdersController.Post(Order order) in C:\\agent\\_work\\${line}\\src\\OrdersController.cs:line ${line}
   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute(Object c)`,
  '.net: an inner exception, no source files': ({
    line,
    id,
    site,
    type,
  }) => `System.AggregateException: One or more errors occurred. (row ${id})
 ---> Acme.Data.${type}: row ${id}
   at Acme.Data.Rows.<${site}>d__${line}.MoveNext()
   at System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw()
   --- End of inner exception stack trace ---
   at Acme.Program.Main(String[] args)`,
  'php: uncaught': ({
    line,
    id,
    site,
    type,
  }) => `PHP Fatal error:  Uncaught ${type}: order ${id} has no lines in /var/www/shop/src/Order.php:${line}
Stack trace:
#0 /var/www/shop/src/Checkout.php(${line}): Shop\\Order->${site}(${line})
#1 /var/www/shop/vendor/slim/slim/Slim/App.php(${line}): Shop\\Checkout->run()
#2 {main}
  thrown in /var/www/shop/src/Order.php on line ${line}`,
  'rust: a panic with a backtrace': ({
    line,
    id,
    site,
    type,
  }) => `thread 'worker-${line}' panicked at src/orders.rs:${line}:5:
${type}: order ${id}
stack backtrace:
   0: rust_begin_unwind
             at /rustc/${id}/library/std/src/panicking.rs:${line}:5
   1: shop::orders::${site}::h0123456789abcdef
             at ./src/orders.rs:${line}:9
   2: shop::main
             at ./src/main.rs:${line}:9`,
};
