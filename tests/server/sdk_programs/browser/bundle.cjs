// Prints the installed browser SDK as one classic script that sets `window.Sentry`, as its makers
// publish it: the package's own files, unmodified, each in a function.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const files = new Map();

function take(file) {
  if (files.has(file)) {
    return files.get(file).number;
  }
  const source = readFileSync(file, "utf8");
  const entry = { number: files.size, source, wants: {} };
  files.set(file, entry);
  for (const [, name] of source.matchAll(/require\('([^']+)'\)/g)) {
    entry.wants[name] = take(createRequire(file).resolve(name));
  }
  return entry.number;
}

const first = take(require.resolve("@sentry/browser"));
const parts = [...files.values()].map(
  ({ source, wants }) =>
    `[${JSON.stringify(wants)}, function (require, module, exports) {${source}\n}]`,
);
process.stdout.write(`(function (parts) {
  var made = [];
  function use(number) {
    if (!made[number]) {
      var module = (made[number] = { exports: {} });
      var wants = parts[number][0];
      parts[number][1](function (name) { return use(wants[name]); }, module, module.exports);
    }
    return made[number].exports;
  }
  window.Sentry = use(${first});
})([${parts.join(",\n")}]);
`);
