// Microsoft's JavaScript SDK, doing what worker.py's contenders do: commands and answers are the same lines of JSON.

import { createInterface } from "node:readline";

import { KEY, now, print, resident, sdk, sleep, sleepUntil } from "./node.mjs";

const BYTES_PER_SECOND = 32000;
const noise = Uint8Array.from({ length: 20 * BYTES_PER_SECOND }, (_, at) => (at * 2654435761) >>> 24);

const makeRecognizer = (port) => {
  const config = sdk.SpeechConfig.fromHost(new URL(`ws://127.0.0.1:${port}`), KEY);
  config.speechRecognitionLanguage = "en-US";
  const stream = sdk.AudioInputStream.createPushStream(sdk.AudioStreamFormat.getWaveFormatPCM(16000, 16, 1));
  return { stream, recognizer: new sdk.SpeechRecognizer(config, sdk.AudioConfig.fromStreamInput(stream)) };
};

const connect = ({ recognizer }) =>
  new Promise((resolve, reject) => {
    const connection = sdk.Connection.fromRecognizer(recognizer);
    connection.connected = resolve;
    connection.openConnection(undefined, reject);
  });

const speak = async ({ stream, recognizer }, command, utterance) => {
  recognizer.recognizing = (_, event) => utterance.partials.push([event.result.text, now()]);
  recognizer.recognized = (_, event) => Object.assign(utterance, { result: now(), text: event.result.text });
  const over = new Promise((resolve, reject) => recognizer.recognizeOnceAsync(resolve, reject));
  const size = Math.floor(command.seconds * BYTES_PER_SECOND);
  let end = Math.min(command.first, size);
  stream.write(noise.slice(0, end).buffer);
  while (end < size) {
    const begin = end;
    end = Math.min(end + command.packet, size);
    const due = utterance.begins + BigInt(Math.floor(((end - command.first) * 1e9) / BYTES_PER_SECOND));
    await sleepUntil(due);
    if (end === size) utterance.ended = now();
    stream.write(noise.slice(begin, end).buffer);
  }
  stream.close();
  await over;
  await new Promise((resolve) => recognizer.close(resolve, resolve));
};

const run = async (command) => {
  let ready = [];
  if (!command.fresh) {
    ready = Array.from({ length: command.streams }, () => makeRecognizer(command.port));
    await Promise.all(ready.map(connect));
  }
  globalThis.gc();
  const before = resident();
  const at = BigInt(command.at);
  const begin = at > now() ? at : now();
  await sleepUntil(begin);
  const cpu = process.cpuUsage();
  let memory = 0;
  const half = ((command.seconds + command.spread) * 1e3) / 2;
  const middle = sleep(half * 1e6).then(() => (memory = resident()));
  const utterances = Array.from({ length: command.streams }, (_, number) => ({
    begins: begin + BigInt(Math.floor((command.spread * 1e9 * number) / command.streams)),
    partials: [],
  }));
  await Promise.all(
    utterances.map(async (utterance) => {
      await sleepUntil(utterance.begins);
      utterance.started = now();
      await speak(ready.pop() ?? makeRecognizer(command.port), command, utterance);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  await middle;
  return { utterances, cpu: (user + system) / 1e6, memory: memory - before };
};

print("ready");
for await (const line of createInterface({ input: process.stdin })) {
  print(await run(JSON.parse(line)));
}
process.exit(0);
