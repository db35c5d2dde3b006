// Microsoft's JavaScript SDK, doing what speaker.py's speakers do: commands and answers are the same lines of JSON.
// It has the whole text spoken, when it is written; its sound counts as it comes.

import { createInterface } from "node:readline";

import { KEY, now, print, resident, sdk, sleepUntil } from "../../contenders/node.mjs";

const [text, thinks] = [process.argv[3], Number(process.argv[4])];

const makeSynthesizer = ({ port, tls }) => {
  const config = sdk.SpeechConfig.fromHost(new URL(`${tls ? "wss" : "ws"}://127.0.0.1:${port}`), KEY);
  config.speechSynthesisVoiceName = "en-US-JennyNeural";
  config.speechSynthesisOutputFormat = sdk.SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm;
  return new sdk.SpeechSynthesizer(config, null);
};

const connect = (synthesizer) =>
  new Promise((resolve, reject) => {
    const connection = sdk.Connection.fromSynthesizer(synthesizer);
    connection.connected = resolve;
    connection.openConnection(undefined, reject);
  });

const speak = async (synthesizer, request, answer) => {
  const nanoseconds = (time) => BigInt(Math.floor(time * 1e9));
  let silent;
  const stopped = new Promise((resolve) => (silent = resolve));
  synthesizer.synthesizing = (_, event) => answer.sound.push([now(), event.result.audioData.byteLength]);
  // Its first word is the first delta.
  await sleepUntil(answer.begins + nanoseconds((text.length - text.indexOf(" ")) / request.written));
  const spoken = new Promise((resolve, reject) => synthesizer.speakTextAsync(text, resolve, reject));
  if (request.stop !== null)
    sleepUntil(answer.begins + nanoseconds(request.stop)).then(() => {
      answer.stopped = now();
      // It has no way to stop but this.
      synthesizer.close(silent, silent);
    });
  const result = await Promise.race([spoken, stopped]);
  answer.over = now();
  if (request.stop !== null) return;
  if (result.reason !== sdk.ResultReason.SynthesizingAudioCompleted) throw new Error(result.errorDetails);
  await new Promise((resolve) => synthesizer.close(resolve, resolve));
};

const run = async (request) => {
  let ready = [];
  if (!request.fresh) {
    ready = Array.from({ length: request.answers }, () => makeSynthesizer(request));
    await Promise.all(ready.map(connect));
  }
  globalThis.gc();
  const memory = resident();
  const at = BigInt(request.at);
  const begin = at > now() ? at : now();
  await sleepUntil(begin);
  const cpu = process.cpuUsage();
  const answers = Array.from({ length: request.answers }, (_, number) => ({
    begins: begin + BigInt(Math.floor((request.spread * 1e9 * number) / request.answers + thinks * 1e9)),
    sound: [],
    stopped: 0n,
    over: 0n,
  }));
  await Promise.all(
    answers.map(async (answer) => {
      await sleepUntil(answer.begins - BigInt(Math.floor(thinks * 1e9)));
      await speak(ready.pop() ?? makeSynthesizer(request), request, answer);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { answers, cpu: (user + system) / 1e6, memory };
};

print("ready");
for await (const line of createInterface({ input: process.stdin })) {
  print(await run(JSON.parse(line)));
}
process.exit(0);
