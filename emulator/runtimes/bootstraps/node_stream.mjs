// Response streaming (AWS docs, "Response streaming for Lambda functions"): the handler writes to a stream; here the
// whole of it becomes the result.

import { Writable } from "node:stream";

import { InvalidStreamingOperation } from "./node_errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";

/** The global `awslambda` that streaming handlers are made with. */
export function installGlobal() {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: "response" }),
    HttpResponseStream: { from: withPrelude },
  };
}

export function isStreaming(handler) {
  return Boolean(handler[STREAMING]);
}

/** Call the handler; the bytes that it wrote and their content type. */
export async function runStreaming(handler, event, context) {
  const stream = new ResponseStream();
  const result = handler(event(), stream, context);
  if (typeof result?.then !== "function") {
    throw "Streaming does not support non-async handlers."; // a string, as AWS's client reports it
  }
  if ((await result) !== undefined) {
    console.warn("Streaming handlers ignore return values.");
  }
  await stream.finished;
  return [Buffer.concat(stream.chunks), stream.contentType];
}

class ResponseStream extends Writable {
  chunks = [];
  contentType = "application/octet-stream";

  constructor() {
    super({ decodeStrings: true });
    this.finished = new Promise((resolve, reject) => this.once("finish", resolve).once("error", reject));
    this.finished.catch(() => {}); // whoever waits for it hears of it
  }

  setContentType(type) {
    if (this.chunks.length > 0) {
      throw new InvalidStreamingOperation("Cannot set content-type, too late.");
    }
    this.contentType = type;
  }

  write(chunk, ...others) {
    const raw = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(raw ? chunk : JSON.stringify(chunk), ...others);
  }

  _write(chunk, _encoding, callback) {
    this.chunks.push(chunk);
    callback();
  }
}

/** The metadata of an HTTP answer: JSON, eight NUL bytes, then the body. */
function withPrelude(stream, metadata) {
  stream.setContentType(PRELUDE_TYPE);
  stream.write(JSON.stringify(metadata));
  stream.write(new Uint8Array(8));
  return stream;
}
