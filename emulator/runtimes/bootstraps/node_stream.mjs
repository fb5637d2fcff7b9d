// Response streaming (AWS docs, "Response streaming for Lambda functions"): the handler writes to a stream; here the
// whole of it becomes the result.

import { Writable } from "node:stream";

import { InvalidStreamingOperation, MalformedStreamingHandler } from "./node_errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";

/** The global `awslambda` that streaming handlers are made with; `others` are further members. */
export function installGlobal(others) {
  if (!["1", "true"].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) {
    globalThis.awslambda = {
      ...globalThis.awslambda,
      streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: "response" }),
      HttpResponseStream: { from: withPrelude },
      ...others,
    };
  }
}

/** Whether the handler writes to a stream; throws if it is marked for something else. */
export function isStreaming(handler) {
  const kind = handler[STREAMING];
  if (kind && kind !== "response") {
    throw new MalformedStreamingHandler("Only response streaming is supported.");
  }
  return Boolean(kind);
}

/** Wait until the handler, whose result this is, is over and has ended its stream; `notAsync` makes what is thrown otherwise. */
export async function untilEnded(result, stream, notAsync) {
  if (typeof result?.then !== "function") {
    throw notAsync();
  }
  if ((await result) !== undefined) {
    console.warn("Streaming handlers ignore return values.");
  }
  await stream.finished;
}

/** What a handler gets: `body` and `contentType` are what it has written. */
export class ResponseStream extends Writable {
  contentType = "application/octet-stream";
  #begun = false;
  #chunks = [];

  constructor() {
    super({ decodeStrings: true });
    this.finished = new Promise((resolve, reject) => this.once("finish", resolve).once("error", reject));
    this.finished.catch(() => {}); // whoever waits for it hears of it
  }

  get body() {
    return Buffer.concat(this.#chunks);
  }

  setContentType(type) {
    if (this.#begun) {
      throw new InvalidStreamingOperation("Cannot set content-type, too late.");
    }
    this.contentType = type;
  }

  write(chunk, ...others) {
    const raw = typeof chunk === "string" || chunk instanceof Uint8Array;
    if (!this.#begun) {
      this.#begun = true;
      this._onBeforeFirstWrite?.((first) => super.write(first));
    }
    return super.write(raw ? chunk : JSON.stringify(chunk), ...others);
  }

  _write(chunk, _encoding, callback) {
    this.#chunks.push(chunk);
    callback();
  }
}

/**
 * The metadata of an HTTP answer: JSON, eight NUL bytes, then the body.  It goes out with the first `write`: a stream
 * that is only ended, with or without a body, loses its metadata in AWS's clients too.
 */
function withPrelude(stream, metadata) {
  stream.setContentType(PRELUDE_TYPE);
  const prelude = JSON.stringify(metadata);
  stream._onBeforeFirstWrite = (write) => {
    write(prelude);
    write(new Uint8Array(8));
  };
  return stream;
}
