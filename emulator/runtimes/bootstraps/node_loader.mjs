// Finds the function that a handler string names, as AWS's Node.js runtime client does.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import module, { createRequire } from "node:module";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError } from "./node_errors.mjs";
import { resolveSync } from "./node_resolve.mjs";

// The name that AWS's client has; it shows in "Require stack".
const require = createRequire("/var/runtime/index.mjs");

/**
 * The handler function of `dir/file.export.nested` below `root`.  `modern`: nodejs24 and later import every kind of
 * file and look into the default export as well.
 */
export async function loadHandler(root, handler, modern) {
  if (handler.includes("..")) {
    throw new MalformedHandlerName(
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = basename(handler);
  const folder = handler.slice(0, handler.indexOf(base));
  const dot = base.indexOf(".");
  if (dot < 0) {
    throw new MalformedHandlerName("Bad handler");
  }
  const exports = await loadModule(root, folder, base.slice(0, dot), modern);
  const path = base.slice(dot + 1).split(".");
  const found = modern ? ofObjects(exports, path) || ofObjects(exports?.default, path) : nested(exports, path);
  if (!found) {
    throw new HandlerNotFound(`${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new HandlerNotFound(`${handler} is not a function`);
  }
  return found;
}

function nested(object, path) {
  return path.reduce((value, key) => value && value[key], object);
}

/** Newer clients do not look for members of functions. */
function ofObjects(object, path) {
  return path.reduce((value, key) => (value && typeof value === "object" ? value[key] : undefined), object);
}

async function loadModule(root, folder, name, modern) {
  const file = resolve(root, folder, name);
  try {
    const found = modern ? await importAny(file, root) : await requireOrImport(file, root);
    return found ?? require(require.resolve(name, { paths: [root, resolve(root, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(new UserCodeSyntaxError(error), modern && { stack: error.stack });
    }
    if (error?.code === "MODULE_NOT_FOUND") {
      throw new ImportModuleError(error);
    }
    throw error;
  }
}

async function importAny(file, root) {
  const path = [file, `${file}.js`, `${file}.mjs`, `${file}.cjs`].find(existsSync);
  return path && importFile(path, root);
}

async function requireOrImport(file, root) {
  const path = [file, `${file}.js`, `${file}.mjs`, `${file}.cjs`].find(existsSync);
  return path && (path !== file && isModule(path) ? importFile(path, root) : require(path));
}

async function importFile(path, root) {
  if (isModule(path)) {
    followNodePath(root);
  }
  return import(pathToFileURL(path).href);
}

function isModule(path) {
  return path.endsWith(".mjs") || (path.endsWith(".js") && isPackageOfModules(dirname(path)));
}

/** Whether the nearest package.json says `"type": "module"`. */
function isPackageOfModules(folder) {
  if (folder.endsWith("/node_modules")) {
    return false;
  }
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    try {
      return JSON.parse(readFileSync(file, "utf8"))?.type === "module";
    } catch (error) {
      console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  const parent = dirname(folder);
  return parent !== folder && isPackageOfModules(parent);
}

/**
 * AWS's Node looks into NODE_PATH for ES modules too (AWS Compute Blog on nodejs18.x); plain Node does not.  Costs a
 * thread before Node 22.15, so only where NODE_PATH leads to packages that the handler would not find anyway.
 */
function followNodePath(root) {
  const above = new Set();
  for (let folder = realpathSync(root); !above.has(folder); folder = dirname(folder)) {
    above.add(folder);
  }
  const folders = (process.env.NODE_PATH ?? "").split(delimiter).filter(
    (folder) => basename(folder) === "node_modules" && existsSync(folder) && !above.has(dirname(realpathSync(folder))),
  );
  if (folders.length === 0) {
    return;
  }
  const parents = folders.map((folder) => pathToFileURL(join(dirname(folder), "index.mjs")).href);
  if (module.registerHooks) {
    module.registerHooks({ resolve: (specifier, context, next) => resolveSync(parents, specifier, context, next) });
  } else {
    module.register?.("./node_resolve.mjs", import.meta.url, { data: parents });
  }
}
