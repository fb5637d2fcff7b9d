// Entry of a Node worker process: `node node_bootstrap.mjs '<JSON>'`, started by the emulator.
//
// Standard library only, Node 18 and later.  Invocations and answers travel over an inherited socket (see frames.py),
// never over stdin or stdout, which belong to the handler.

import { Socket } from "node:net";

import * as logging from "./node_console.mjs";
import { Exchange } from "./node_exchange.mjs";
import { redirectFromEnvironment } from "./node_redirect.mjs";
import { serve } from "./node_runtime.mjs";

/** `control`, `lifeline`: descriptors; `watch`: nobody else looks at the lifeline; `paths[0]`: the task root. */
const config = JSON.parse(process.argv[2]);
process.argv.splice(2);

if (config.watch) {
  const lifeline = new Socket({ fd: config.lifeline, readable: true, writable: false });
  lifeline.on("close", () => process.kill(process.pid, "SIGKILL"));
  lifeline.resume();
  lifeline.unref();
}
logging.configure();
redirectFromEnvironment();
serve(new Exchange(config.control), config.paths[0], config.handler);
