// Timers by the emulator's clock, for functions that ask for it (`EMULATOR_VIRTUAL_SLEEP`).
//
// While anything else can happen (a request is under way, a child process or a thread runs) time is real.  When nothing
// is left to happen but timers, the process asks the emulator to wait until the first is due, and stands still meanwhile.
// Time that a handler computes is no time for its timers: so those of a manual clock fire at exact instants.

import { AsyncResource } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import promises from "node:timers/promises";
import { promisify } from "node:util";
import workers from "node:worker_threads";

const LONGEST = 2 ** 31 - 1; // Node's own; what is longer becomes 1 ms there too
const CLOSE = 0.001;

const real = { ...timers };
const realPromises = { ...promises };
const realWait = Atomics.wait;

/** Timers that have not fired, in the order in which they were set. */
const pending = new Set();
/** Milliseconds that the process has slept by the emulator's clock. */
let slept = 0;
let threads = false;
let next;
let alarm;
let alarmAt = Infinity;
/** Waits for so many milliseconds of the emulator's clock; false if there is no invocation to wait in. */
let ask;

/** Replace the timers; `sleep(milliseconds)` blocks the process. */
export function install(sleep) {
  ask = sleep;
  const virtual = { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, virtual);
  Object.assign(timers, virtual);
  Object.assign(promises, { setTimeout: delayed, setInterval: ticks });
  promises.scheduler.wait = (delay, options) => delayed(delay, undefined, options);
  Object.defineProperty(setTimeout, promisify.custom, { get: () => promises.setTimeout });
  Atomics.wait = wait;
  noticeThreads();
  syncBuiltinESMExports();
}

/** For a loop that is empty: wait for the first timer.  False if there is none that would keep Node alive. */
export function sleepUntilNext() {
  if (![...pending].some((timer) => timer.hasRef())) {
    return false;
  }
  const milliseconds = Math.ceil(earliest().due - now() - CLOSE);
  if (milliseconds > 0) {
    if (!ask(milliseconds)) {
      return false;
    }
    slept += milliseconds;
  }
  next = real.setImmediate(fireDue);
  return true;
}

/** For a loop that is empty although the invocation may not end: wait until the process is killed. */
export function standStill() {
  if (!ask(LONGEST)) {
    real.setInterval(() => {}, LONGEST);
  }
}

function now() {
  return performance.nodeTiming.idleTime + slept;
}

function earliest() {
  let first;
  for (const timer of pending) {
    if (first === undefined || timer.due < first.due) {
      first = timer;
    }
  }
  return first;
}

/** One after another, as Node does: what follows from a callback's promises comes before the next callback. */
function fireDue() {
  real.clearImmediate(next);
  const first = earliest();
  if (first !== undefined && first.due <= now() + CLOSE) {
    next = real.setImmediate(fireDue);
    first.fire();
  } else {
    arm(first);
  }
}

/** For the case that time passes while something else is awaited; by itself it keeps nothing alive. */
function arm(timer) {
  real.clearTimeout(alarm);
  alarmAt = timer?.due ?? Infinity;
  alarm = timer && real.setTimeout(fireDue, Math.max(1, timer.due - now())).unref();
}

/** What `setTimeout` and `setInterval` return; the callback runs in the asynchronous context that has set it. */
class Timeout extends AsyncResource {
  #callback;
  #delay;
  #repeats;
  #values;
  #closed = false;
  #ref = true;

  constructor(callback, delay, values, repeats) {
    super("Timeout");
    const milliseconds = Math.trunc(delay);
    this.#callback = callback;
    this.#delay = milliseconds >= 1 && milliseconds <= LONGEST ? milliseconds : 1;
    this.#values = values;
    this.#repeats = repeats;
    this.refresh();
  }

  refresh() {
    if (!this.#closed) {
      pending.delete(this);
      this.due = now() + this.#delay;
      pending.add(this);
      if (this.due < alarmAt) {
        arm(this);
      }
    }
    return this;
  }

  fire() {
    pending.delete(this);
    try {
      this.runInAsyncScope(this.#callback, this, ...this.#values);
    } finally {
      if (this.#repeats) {
        this.refresh();
      }
    }
  }

  close() {
    this.#closed = true;
    pending.delete(this);
    return this;
  }

  ref() {
    this.#ref = true;
    return this;
  }

  unref() {
    this.#ref = false;
    return this;
  }

  hasRef() {
    return this.#ref;
  }

  [Symbol.toPrimitive]() {
    return this.asyncId();
  }
}

if (Symbol.dispose) {
  Timeout.prototype[Symbol.dispose] = Timeout.prototype.close;
}

function setTimeout(callback, delay, ...values) {
  if (typeof callback !== "function") {
    return real.setTimeout(callback); // throws
  }
  return new Timeout(callback, delay, values, false);
}

function setInterval(callback, delay, ...values) {
  if (typeof callback !== "function") {
    return real.setInterval(callback);
  }
  return new Timeout(callback, delay, values, true);
}

function clear(timer) {
  if (timer instanceof Timeout) {
    timer.close();
  } else if (typeof timer === "number" || typeof timer === "string") {
    [...pending].find((one) => one.asyncId() === Number(timer))?.close();
  } else {
    real.clearTimeout(timer);
  }
}

/** `setTimeout` of `node:timers/promises`. */
function delayed(delay, value, options = {}) {
  const refused = () => realPromises.setTimeout(delay, value, options);
  const { signal, ref = true } = options ?? {};
  if (options === null || typeof ref !== "boolean" || (signal !== undefined && !isWaiting(signal))) {
    return refused();
  }
  return new Promise((resolve) => {
    const timer = setTimeout(done, delay);
    const aborted = () => {
      clear(timer);
      resolve(refused());
    };
    function done() {
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    }
    if (!ref) {
      timer.unref();
    }
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function isWaiting(signal) {
  return signal instanceof AbortSignal && !signal.aborted;
}

/** `setInterval` of `node:timers/promises`; what its reader was too slow for follows at once. */
async function* ticks(delay = 1, value, options = {}) {
  for (let due = now() + delay; ; due += delay) {
    await delayed(due - now(), undefined, options);
    yield value;
  }
}

function noticeThreads() {
  workers.Worker = class Worker extends workers.Worker {
    constructor(...values) {
      super(...values);
      threads = true;
    }
  };
}

/** `Atomics.wait`, the way to sleep without a callback, as long as no other thread could end it. */
function wait(array, index, expected, milliseconds = Infinity) {
  if (threads || !(milliseconds > 0 && milliseconds <= LONGEST)) {
    return realWait(array, index, expected, milliseconds);
  }
  const result = realWait(array, index, expected, 0);
  if (result !== "timed-out") {
    return result;
  }
  if (!ask(milliseconds)) {
    return realWait(array, index, expected, milliseconds);
  }
  slept += milliseconds;
  return result;
}
