// Compares what npm has installed with packages.txt: names, versions and the hashes of what was downloaded. It stands in for
// a lock file, which would record the address of whatever registry a machine uses. Nothing of the packages has run by then.
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("node_modules/.package-lock.json", "utf8"));
const found = Object.entries(packages).map(
  ([path, { version, integrity }]) => `${path.replace("node_modules/", "")} ${version} ${integrity}`,
);
const wanted = readFileSync("packages.txt", "utf8").trim().split("\n");

const others = found.filter((line) => !wanted.includes(line));
const missing = wanted.filter((line) => !found.includes(line));
if (others.length || missing.length) {
  console.error([...others.map((line) => `not in packages.txt: ${line}`), ...missing.map((line) => `missing: ${line}`)].join("\n"));
  console.error(`npm has installed other packages than packages.txt names in ${process.cwd()}.`);
  process.exit(1);
}
