// What the contenders on Node.js have in common: the SDK, the clock that all processes share, and lines of JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Installed for the conformance tests.
export const sdk = createRequire(new URL("../../conformance/", import.meta.url))("microsoft-cognitiveservices-speech-sdk");

export const KEY = process.argv[2];

export const now = () => process.hrtime.bigint();
export const sleep = (nanoseconds) => new Promise((resolve) => setTimeout(resolve, Number(nanoseconds) / 1e6));
export const sleepUntil = async (moment) => {
  for (let left = moment - now(); left > 0n; left = moment - now()) await sleep(left);
};
export const resident = () => Number(readFileSync("/proc/self/statm", "ascii").split(" ")[1]) * 4096;
// JSON knows no such large integers, but Python reads them.
export const print = (value) =>
  process.stdout.write(
    JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `@${item}@` : item)).replace(/"@(\d+)@"/g, "$1") + "\n",
  );
