// Sends a handler's requests for API Gateway's addresses to the emulator, without a change in the handler.
//
// `https://{api}.execute-api.{region}.amazonaws.com/...` is dialled as plain HTTP at the emulator; the request, its Host
// header included, stays as it was.  Done where a connection is opened, below node:http, node:https, fetch and every
// library on top of them.

import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";

let address = null;
let names = []; // of the emulator's own: on one port, or (null) on any

/** Redirect to `EMULATOR_ADDRESS` (`host:port`), with `EMULATOR_REDIRECT_HOSTS` (comma separated) as well. */
export function redirectFromEnvironment() {
  const text = process.env.EMULATOR_ADDRESS;
  if (!text) {
    return;
  }
  const colon = text.lastIndexOf(":");
  address = { host: text.slice(0, colon).replace(/[[\]]/g, "").toLowerCase(), port: Number(text.slice(colon + 1)) };
  names = (process.env.EMULATOR_REDIRECT_HOSTS ?? "").toLowerCase().split(",").filter(Boolean).map(parseName);
  net.Socket.prototype.connect = redirectedConnect(net.Socket.prototype.connect);
  tls.connect = redirectedTls(tls.connect);
  syncBuiltinESMExports();
}

/** `host`, `host:port` or `[v6]:port`. */
function parseName(text) {
  const [, host, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(text.trim()) ?? [, text.trim(), null];
  return { host: host.replace(/[[\]]/g, ""), port: port && Number(port) };
}

function belongsHere(host, port) {
  if (typeof host !== "string") {
    return false;
  }
  const name = host.toLowerCase().replace(/[[\]]/g, "");
  const own = (known) => known.host === name && (known.port === null || known.port === Number(port));
  if (name.includes(".execute-api.") || names.some(own)) {
    return true;
  }
  // SDKs put a host prefix before the endpoint: "sync-127.0.0.1" does not resolve.
  return Number(port) === address.port && [`-${address.host}`, `.${address.host}`].some((end) => name.endsWith(end));
}

function redirectedConnect(connect) {
  return function (...values) {
    const normalized = Array.isArray(values[0]); // Node's own calls: [options, callback], marked by a hidden symbol
    const options = normalized ? values[0][0] : optionsOf(values);
    if (!belongsHere(options?.host, options?.port)) {
      return connect.apply(this, values);
    }
    const moved = { ...options, ...address };
    if (normalized) {
      values[0][0] = moved;
      return connect.apply(this, values);
    }
    return connect.call(this, moved, callbackOf(values));
  };
}

function redirectedTls(connect) {
  return function (...values) {
    const options = optionsOf(values);
    const host = options?.servername || options?.host;
    if (!belongsHere(host, options?.port)) {
      return connect.apply(this, values);
    }
    options.socket?.destroy(); // a proxy's tunnel
    const socket = net.connect(address);
    socket.once("connect", () => socket.emit("secureConnect"));
    if (callbackOf(values)) {
      socket.once("secureConnect", callbackOf(values));
    }
    // What callers look at on a TLS socket.
    return Object.assign(socket, {
      authorized: true,
      encrypted: true,
      alpnProtocol: false,
      getPeerCertificate: () => ({}),
    });
  };
}

/** Of `(options, callback?)`, `(port, host?, options?, callback?)`; undefined for a path. */
function optionsOf(values) {
  const given = values.find((value) => value !== null && typeof value === "object");
  if (typeof values[0] === "object") {
    return given;
  }
  if (Number.isNaN(Number(values[0]))) {
    return undefined;
  }
  return { port: values[0], ...(typeof values[1] === "string" && { host: values[1] }), ...given };
}

function callbackOf(values) {
  return values.find((value) => typeof value === "function");
}
