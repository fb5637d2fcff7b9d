// What a worker process says to the emulator: the next invocation in, one answer out.

import { readFileSync } from "node:fs";

import { payloadOf } from "./node_errors.mjs";
import { MAX_RESULT, receive, send } from "./node_frames.mjs";

export class Exchange {
  #control;
  #facts = {};
  #header = {};
  #skipped = 0;

  constructor(control) {
    this.#control = control;
    /** Id of the invocation that has no answer yet. */
    this.open = undefined;
  }

  /** The next invocation: `[header, event text]`.  Blocks: a process that waits is frozen, as an environment on AWS. */
  next() {
    const frame = receive(this.#control);
    if (frame === null) {
      process.exit(0);
    }
    [this.#header] = frame;
    this.#skipped = 0;
    const { id, trace } = this.#header;
    this.open = id;
    if (trace) {
      process.env._X_AMZN_TRACE_ID = trace;
    } else {
      delete process.env._X_AMZN_TRACE_ID;
    }
    return frame;
  }

  /** The handler is loaded: the function's own time begins now.  How long it took is told with the first answer. */
  initialised(header, milliseconds) {
    this.#facts.init_ms = Math.round(milliseconds * 100) / 100;
    if (header.sent_ms) {
      header.deadline_ms += Math.max(0, Date.now() - header.sent_ms) + this.#skipped;
    }
    send(this.#control, { kind: "init", id: header.id }, Buffer.alloc(0));
  }

  /**
   * Stand still for so many milliseconds of the emulator's clock, which count against the deadline like real ones.
   * False if there is no open invocation.
   */
  sleep(milliseconds) {
    if (this.open === undefined) {
      return false;
    }
    const began = performance.now();
    send(this.#control, { kind: "sleep", id: this.open, seconds: milliseconds / 1000 }, Buffer.alloc(0));
    if (receive(this.#control) === null) {
      process.exit(0); // the emulator is gone
    }
    const skipped = Math.max(0, Math.ceil(milliseconds - (performance.now() - began)));
    this.#skipped += skipped;
    this.#header.deadline_ms -= skipped;
    return true;
  }

  result(body, contentType = "application/json") {
    this.#answer({ kind: "result", content_type: contentType }, body);
  }

  error(error) {
    this.#failure("error", error, {});
  }

  /** The answer to the open invocation, if there is one, and the end of this process. */
  errorAndExit(error, status) {
    if (this.open !== undefined) {
      this.#failure("error", error, { exits: true });
    }
    process.exit(status);
  }

  initErrorAndExit(error, status) {
    this.#failure("init-error", error, {});
    process.exit(status);
  }

  #failure(kind, error, facts) {
    const payload = payloadOf(error);
    this.#answer({ kind, error_type: payload.errorType, ...facts }, Buffer.from(JSON.stringify(payload)));
  }

  #answer(header, body) {
    const facts = { id: this.open, memory_mb: peakMemory(), ...this.#facts };
    this.open = undefined;
    this.#facts = {};
    if (body.length > MAX_RESULT) {
      send(this.#control, { ...header, ...facts, kind: "too-large" }, Buffer.alloc(0));
    } else {
      send(this.#control, { ...header, ...facts }, body);
    }
  }
}

/** MB.  Not `resourceUsage`, which on Linux counts what the emulator held when it started this process. */
function peakMemory() {
  try {
    const found = /VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "latin1"));
    return found && Math.floor(found[1] / 1024);
  } catch {
    return null;
  }
}
