// `awslambda.InvokeStore` of nodejs24 and later: where libraries find the running invocation's facts (AWS's package
// @aws/lambda-invoke-store, which takes this one when it is there).

const KEYS = {
  REQUEST_ID: Symbol.for("_AWS_LAMBDA_REQUEST_ID"),
  X_RAY_TRACE_ID: Symbol.for("_AWS_LAMBDA_X_RAY_TRACE_ID"),
  TENANT_ID: Symbol.for("_AWS_LAMBDA_TENANT_ID"),
};

/** One invocation at a time, so no asynchronous context is needed. */
export class InvokeStore {
  static PROTECTED_KEYS = KEYS;
  #context;

  /** Call `fn` with the facts of an invocation. */
  runInvocation(header, fn) {
    return this.run({ [KEYS.REQUEST_ID]: header.id, [KEYS.X_RAY_TRACE_ID]: header.trace ?? undefined }, fn);
  }

  run(context, fn) {
    this.#context = context;
    return fn();
  }

  getContext() {
    return this.#context;
  }

  hasContext() {
    return this.#context !== undefined;
  }

  get(key) {
    return this.#context?.[key];
  }

  set(key, value) {
    if (this.isProtectedKey(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    this.#context = { ...this.#context, [key]: value };
  }

  isProtectedKey(key) {
    return Object.values(KEYS).includes(key);
  }

  getRequestId() {
    return this.get(KEYS.REQUEST_ID) ?? "-";
  }

  getXRayTraceId() {
    return this.get(KEYS.X_RAY_TRACE_ID);
  }

  getTenantId() {
    return this.get(KEYS.TENANT_ID);
  }
}
