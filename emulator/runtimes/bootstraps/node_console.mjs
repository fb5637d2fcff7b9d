// The logging contract of AWS's Node.js runtime (AWS docs, "Log and monitor Node.js Lambda functions").
//
// One event per line of output.  An event that holds line breaks travels with carriage returns in their place and is put
// together again by the emulator, which is what AWS does with lines that a function writes itself.

import { format } from "node:util";

import { intoError, stackOf, textOf } from "./node_errors.mjs";
import { writeAll } from "./node_frames.mjs";

// Where AWS's client keeps them too: logging libraries read these symbols.
const REQUEST_ID = Symbol.for("aws.lambda.runtime.requestId");
const TENANT_ID = Symbol.for("aws.lambda.runtime.tenantId");
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const METHODS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR" };

let json = false;

/** Put AWS's functions on the console; before any user code is loaded. */
export function configure() {
  json = (process.env.AWS_LAMBDA_LOG_FORMAT ?? "").toUpperCase() === "JSON";
  const lowest = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? "").toUpperCase());
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = LEVELS.indexOf(level) < lowest ? () => {} : logger(level);
  }
  console.fatal = logger("FATAL");
  blockOnWrite("stdout");
  blockOnWrite("stderr");
}

/** Without arguments it writes `undefined`, as on AWS. */
function logger(level) {
  return (message, ...others) => write(level, [message, ...others]);
}

/** What the following lines belong to. */
export function setRequest(id, tenant) {
  globalThis[REQUEST_ID] = id;
  globalThis[TENANT_ID] = tenant;
}

/** Write the event for a failure; `title` is `Invoke Error`, `Uncaught Exception`, ... */
export function logError(title, error) {
  if (json) {
    console.error(intoError(error));
  } else {
    console.error(title, `\t${textOf(error)}`);
  }
}

function write(level, values) {
  const time = new Date().toISOString();
  const text = json ? structured(time, level, values) : plain(time, level, values);
  writeAll(1, Buffer.from(`${text.replaceAll("\n", "\r")}\n`));
}

function plain(time, level, values) {
  return `${time}\t${globalThis[REQUEST_ID]}\t${level}\t${format(...values)}`;
}

function structured(time, level, values) {
  const event = { timestamp: time, level, requestId: globalThis[REQUEST_ID] };
  if (globalThis[TENANT_ID] != null) {
    event.tenantId = globalThis[TENANT_ID];
  }
  if (values.length === 1) {
    try {
      return JSON.stringify({ ...event, message: values[0] }, (_key, value) =>
        value instanceof Error ? { ...errorFields(value), ...value } : value,
      );
    } catch {
      return JSON.stringify({ ...event, message: format(values[0]) });
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({ ...event, message: format(...values), ...(error && errorFields(error)) });
}

function errorFields(error) {
  return {
    errorType: error.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? stackOf(error).split("\n") : [],
  };
}

/** Nothing that was written may be lost at an exit, or come after the answer: make the stream wait for the pipe. */
function blockOnWrite(name) {
  const { get, ...others } = Object.getOwnPropertyDescriptor(process, name);
  const waiting = () => {
    const stream = get.call(process);
    stream._handle?.setBlocking?.(true);
    Object.defineProperty(process, name, { ...others, get });
    return stream;
  };
  Object.defineProperty(process, name, { ...others, get: waiting });
}
