// Frames between the emulator and a worker process; the same bytes as frames.py.

import { readSync, writeSync } from "node:fs";

const MAGIC = Buffer.from("EmuW");
const PREFIX = 12;
// AWS docs, "Lambda quotas": 6 MB plus the 100 bytes the platform allows on top ("recorded from AWS": 6291556 bytes).
export const MAX_RESULT = 6 * 1024 * 1024 + 100;

const { wait } = Atomics; // Node's own, whatever becomes of it
const chunk = Buffer.allocUnsafe(64 * 1024);

/** The next frame from a blocking descriptor, `[header, body]`; null when the other side has closed it. */
export function receive(fd) {
  let data = chunk;
  let size = fill(fd, data, 0, PREFIX);
  if (size < PREFIX) {
    return null;
  }
  if (!data.subarray(0, 4).equals(MAGIC)) {
    throw new Error("not a frame");
  }
  const start = PREFIX + data.readUInt32BE(4);
  const end = start + data.readUInt32BE(8);
  if (end > data.length) {
    data = Buffer.allocUnsafe(end);
    chunk.copy(data, 0, 0, size);
  }
  size = fill(fd, data, size, end);
  return size < end ? null : [JSON.parse(data.toString("utf8", PREFIX, start)), data.toString("utf8", start, end)];
}

/** Write one frame; `body` is a Buffer. */
export function send(fd, header, body) {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX);
  MAGIC.copy(prefix);
  prefix.writeUInt32BE(text.length, 4);
  prefix.writeUInt32BE(body.length, 8);
  writeAll(fd, Buffer.concat([prefix, text, body]));
}

/** Write every byte; waits where the descriptor does not block. */
export function writeAll(fd, data) {
  for (let written = 0; written < data.length; ) {
    try {
      written += writeSync(fd, data, written);
    } catch (error) {
      if (error.code !== "EAGAIN") {
        throw error;
      }
      wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function fill(fd, data, size, wanted) {
  while (size < wanted) {
    const count = readSync(fd, data, size, data.length - size, null);
    if (count === 0) {
      break;
    }
    size += count;
  }
  return size;
}
