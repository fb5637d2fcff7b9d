// The loop of a Node worker process: take an invocation, run the handler, answer.
//
// Two contracts.  Up to nodejs22 (`Runtime`): callbacks, `context.done`, and an answer that may wait until the event loop
// is empty.  From nodejs24 on (`BufferedInvokeProcessor`): the handler's result is awaited, nothing else.  The names of
// classes and methods are those that traces show on AWS.

import * as logging from "./node_console.mjs";
import { contextOf } from "./node_context.mjs";
import { CallbackHandlerDeprecated, JSONStringifyError, NodeJsExit, UnhandledPromiseRejection } from "./node_errors.mjs";
import { loadHandler } from "./node_loader.mjs";
import { InvokeStore } from "./node_store.mjs";
import { ResponseStream, installGlobal, isStreaming, untilEnded } from "./node_stream.mjs";

const NEVER_SETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that " +
  "was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";
const NO_CALLBACKS =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
  "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
  "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";
const NOT_ASYNC = "Streaming does not support non-async handlers.";

const VIRTUAL_SLEEP = ["1", "true", "yes", "on"].includes((process.env.EMULATOR_VIRTUAL_SLEEP ?? "").toLowerCase());

/** What there is to do in an empty loop: nothing where time is real, otherwise what node_timers.mjs says. */
let time = {
  sleepUntilNext: () => false,
  standStill: () => setInterval(() => {}, 2 ** 31 - 1),
};

/** How far this process is, for the events that end it. */
const life = {
  initialising: true,
  /** What to do when nothing is left to happen although the invocation has no answer. */
  onEmptyLoop: () => {},
};

/** Serve invocations until the emulator closes the socket. */
export async function serve(exchange, root, handler) {
  const modern = isModern(process.env.AWS_EXECUTION_ENV);
  const ends = endings(exchange);
  process.on("uncaughtException", ends.uncaughtException);
  process.on("unhandledRejection", ends.unhandledRejection);
  process.on("beforeExit", () => time.sleepUntilNext() || life.onEmptyLoop());
  logging.setRequest(modern ? "-" : undefined);
  const store = modern && new InvokeStore();
  installGlobal(store && { InvokeStore: store });
  if (VIRTUAL_SLEEP) {
    time = await import("./node_timers.mjs"); // costs a few milliseconds
    time.install((milliseconds) => exchange.sleep(milliseconds));
  }
  const first = exchange.next();
  const began = performance.now();
  life.onEmptyLoop = ends.neverSettled;
  let found;
  try {
    found = await loadHandler(root, handler, modern);
    if (!isStreaming(found) && modern && found.length >= 3) {
      throw new CallbackHandlerDeprecated(NO_CALLBACKS);
    }
  } catch (error) {
    logging.logError(modern ? "Init Error" : "Uncaught Exception", error);
    exchange.initErrorAndExit(error, modern ? 1 : 129);
  }
  exchange.initialised(first[0], performance.now() - began);
  life.initialising = false;
  const processor = modern ? new BufferedInvokeProcessor(exchange, found, store) : new Runtime(exchange, found);
  processor.neverSettled = ends.neverSettled;
  processor.handleOnce(first);
}

/** What the function's runtime is, not what happens to run it. */
function isModern(executionEnvironment) {
  const asked = /^AWS_Lambda_nodejs(\d+)/.exec(executionEnvironment ?? "")?.[1];
  return Number(asked ?? process.versions.node.split(".")[0]) >= 24;
}

/** What ends the process, with the statuses that AWS's client and Node use. */
function endings(exchange) {
  const end = (title, error, status) => {
    logging.logError(title, error);
    if (life.initialising) {
      exchange.initErrorAndExit(error, status);
    }
    exchange.errorAndExit(error, status);
  };
  return {
    uncaughtException: (error) => end("Uncaught Exception", error, 129),
    unhandledRejection: (reason, promise) =>
      end("Unhandled Promise Rejection", new UnhandledPromiseRejection(reason, promise), 128),
    neverSettled: () => end("Invoke Error", new NodeJsExit(NEVER_SETTLED), 13),
  };
}

class Processor {
  constructor(exchange, handler) {
    this.exchange = exchange;
    this.handler = handler;
    this.streaming = isStreaming(handler);
  }

  /**
   * Take the next invocation once the loop has gone round, and again before the handler runs: connections that were
   * closed while the process was frozen are then known to be closed.
   */
  scheduleIteration() {
    setImmediate(() => {
      const frame = this.exchange.next();
      setImmediate(() => this.handleOnce(frame));
    });
  }

  handleOnce([header, event]) {
    logging.setRequest(header.id, header.tenant ?? undefined);
    life.onEmptyLoop = this.neverSettled;
    if (this.streaming) {
      this.handleOnceStreaming(header, event);
    } else {
      this.handleOnceNonStreaming(header, event);
    }
  }

  /** An open stream keeps a process alive on AWS, until its function times out. */
  async handleOnceStreaming(header, event) {
    const stream = new ResponseStream();
    life.onEmptyLoop = () => (stream.writableFinished ? this.neverSettled() : time.standStill());
    try {
      const result = this.stream(header, event, stream);
      await untilEnded(result, stream, () => this.notAsync());
    } catch (error) {
      if (!stream.writableEnded || stream.errored) {
        this.reportError(error);
        this.scheduleIteration();
        return;
      }
      logging.logError("Invoke Error", error); // too late to be told otherwise
    }
    this.exchange.result(stream.body, stream.contentType);
    this.scheduleIteration();
  }

  reportError(error) {
    logging.logError("Invoke Error", error);
    this.exchange.error(error);
  }
}

/** nodejs24 and later. */
class BufferedInvokeProcessor extends Processor {
  constructor(exchange, handler, store) {
    super(exchange, handler);
    this.store = store;
  }

  notAsync() {
    return new Error(NOT_ASYNC);
  }

  context(header) {
    return { ...contextOf(header), xRayTraceId: header.trace ?? undefined };
  }

  stream(header, event, stream) {
    return this.store.runInvocation(header, () => this.handler(JSON.parse(event), stream, this.context(header)));
  }

  async handleOnceNonStreaming(header, event) {
    try {
      const invoke = () => this.handler(JSON.parse(event), this.context(header));
      const result = await this.store.runInvocation(header, invoke);
      await aroundTheLoop();
      this.exchange.result(stringified(result, JSONStringifyError));
    } catch (error) {
      await aroundTheLoop();
      this.reportError(error);
    }
    this.scheduleIteration();
  }
}

/** What the handler has set off, a rejection that nobody handles above all, comes before its answer. */
function aroundTheLoop() {
  return new Promise((done) => setImmediate(done));
}

/** nodejs22 and earlier. */
class Runtime extends Processor {
  notAsync() {
    return NOT_ASYNC; // a string, as AWS's client reports it
  }

  stream(header, event, stream) {
    const context = { callbackWaitsForEmptyEventLoop: true, ...contextOf(header) };
    return this.handler(JSON.parse(event), stream, context);
  }

  handleOnceNonStreaming(header, event) {
    const state = { answered: false };
    const [callback, callbackContext] = this.callbacks(state);
    try {
      const context = Object.assign(callbackContext, contextOf(header));
      life.onEmptyLoop = () => {
        state.answered = true;
        this.complete(null);
      };
      const result = this.handler(JSON.parse(event), context, callback);
      if (typeof result?.then === "function") {
        if (!state.answered) {
          life.onEmptyLoop = this.neverSettled;
        }
        result.then(callbackContext.succeed, callbackContext.fail).catch(callbackContext.fail);
      }
    } catch (error) {
      callback(error);
    }
  }

  /** The handler's third argument and the methods of its context; the first call of any of them counts. */
  callbacks(state) {
    let waits = true;
    const once =
      (action) =>
      (...values) => {
        if (!state.answered) {
          life.onEmptyLoop = () => {};
          action(...values);
          state.answered = true; // not if it failed: a result that is not JSON can still be reported as an error
        }
      };
    const done = (error, result) => (error == null ? this.complete(result) : this.fail(error));
    const context = {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
      succeed: once((result) => done(null, result)),
      fail: once((error) => done(error ?? "handled")),
      done: once(done),
    };
    const callback = once((error, result) => {
      if (error == null && waits) {
        life.onEmptyLoop = () => setImmediate(() => this.complete(result));
      } else {
        done(error, result);
      }
    });
    return [callback, context];
  }

  complete(result) {
    const body = stringified(result, Error);
    life.onEmptyLoop = () => {};
    this.exchange.result(body);
    this.scheduleIteration();
  }

  fail(error) {
    this.reportError(error);
    this.scheduleIteration();
  }
}

function stringified(result, Failure) {
  try {
    return Buffer.from(JSON.stringify(result) ?? "null"); // undefined, a function and a symbol are no JSON
  } catch {
    throw new Failure("Unable to stringify response body");
  }
}
