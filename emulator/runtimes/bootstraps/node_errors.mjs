// The error objects of AWS's Node.js runtime client, and how it writes any error as a payload and as a log line.

import { fileURLToPath } from "node:url";
import { types } from "node:util";

class RuntimeError extends Error {}

function named(name) {
  const kind = class extends RuntimeError {};
  kind.prototype.name = `Runtime.${name}`; // on the prototype, so that the stack begins with it
  return kind;
}

export const CallbackHandlerDeprecated = named("CallbackHandlerDeprecated");
export const HandlerNotFound = named("HandlerNotFound");
export const ImportModuleError = named("ImportModuleError");
export const InvalidStreamingOperation = named("InvalidStreamingOperation");
export const JSONStringifyError = named("JSONStringifyError");
export const MalformedHandlerName = named("MalformedHandlerName");
export const MalformedStreamingHandler = named("MalformedStreamingHandler");
export const NodeJsExit = named("NodeJsExit");
export const UserCodeSyntaxError = named("UserCodeSyntaxError");

export class UnhandledPromiseRejection extends named("UnhandledPromiseRejection") {
  constructor(reason, promise) {
    super(reason);
    this.reason = reason;
    this.promise = promise;
  }
}

// Whoever reads a trace knows AWS's client by this name, and must not find the place where the emulator is installed.
const CLIENT = "/var/runtime/index.mjs";
const HERE = new URL(".", import.meta.url);
const OWN_FILES = new RegExp(`(?:${escaped(HERE.pathname)}|${escaped(fileURLToPath(HERE))})node_\\w+\\.mjs`, "g");

/** The error payload: `errorType`, `errorMessage`, `trace`, in AWS's order. */
export function payloadOf(error) {
  try {
    if (types.isNativeError(error) || looksLikeError(error)) {
      return {
        errorType: withoutDelete(error.name),
        errorMessage: withoutDelete(error.message && withoutOwnFiles(error.message)),
        trace: withoutDelete(stackOf(error)).split("\n"),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, " +
        "name, and stack",
    };
  }
}

/** The error as the JSON text behind `Invoke Error`: its own properties count, and those of its causes. */
export function textOf(error) {
  try {
    return JSON.stringify(intoError(error), (_key, value) => (value instanceof Error ? detailsOf(value) : value));
  } catch {
    return JSON.stringify(payloadOf(error));
  }
}

export function intoError(value) {
  return value instanceof Error ? value : new Error(value);
}

export function stackOf(error) {
  return withoutOwnFiles(error.stack);
}

function withoutOwnFiles(text) {
  return text.replace(OWN_FILES, CLIENT);
}

function detailsOf(error) {
  const details = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
  if (typeof error.stack === "string") {
    details.stack = stackOf(error).split("\n");
  }
  return details;
}

function looksLikeError(value) {
  return ["name", "message", "stack"].every((key) => value?.[key] && typeof value[key] === "string");
}

function withoutDelete(text) {
  return text?.replaceAll("\x7f", "%7F");
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
