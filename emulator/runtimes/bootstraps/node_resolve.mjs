// Module hooks: packages that ordinary resolution of an ES module does not find are looked for beside NODE_PATH.

let parents = [];

/** Called in the hooks' thread (Node before 22.15). */
export function initialize(data) {
  parents = data;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    for (const parentURL of isMissingPackage(specifier, error) ? parents : []) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        // the next one
      }
    }
    throw error;
  }
}

/** The same without promises, for `module.registerHooks`. */
export function resolveSync(folders, specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    for (const parentURL of isMissingPackage(specifier, error) ? folders : []) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch {
        // the next one
      }
    }
    throw error;
  }
}

function isMissingPackage(specifier, error) {
  return error?.code === "ERR_MODULE_NOT_FOUND" && !/^([./]|[a-z]+:)/.test(specifier);
}
