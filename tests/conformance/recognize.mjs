// Runs one scenario with the JavaScript SDK: `node recognize.mjs SCENARIO` (see scenario.py), events as JSON lines.

import { readFileSync } from "node:fs";
import * as sdk from "microsoft-cognitiveservices-speech-sdk";

const CHUNK = 3200;
const CHUNK_MILLISECONDS = 100;

const report = (event, values = {}) => process.stdout.write(JSON.stringify({ event, ...values }) + "\n");

const reportResult = (event, result) => {
  const said = result.properties?.getProperty(sdk.PropertyId.SpeechServiceResponse_JsonResult);
  report(event, {
    reason: sdk.ResultReason[result.reason],
    text: result.text ?? "",
    offset: result.offset,
    duration: result.duration,
    language: result.language ?? null,
    json: said ? JSON.parse(said) : null,
    translations: translationsOf(result),
    speaker: result.speakerId ?? null,
  });
};

const translationsOf = ({ translations }) =>
  Object.fromEntries((translations?.languages ?? []).map((language) => [language, translations.get(language)]));

const reportSynthesis = (result) =>
  report("synthesizing", {
    reason: sdk.ResultReason[result.reason],
    audio: Buffer.from(result.audio ?? []).toString("base64"),
  });

const makeRecognizer = (scenario, stream) => {
  const key = scenario.token ? undefined : scenario.key;
  const translating = scenario.targets.length > 0;
  const Config = translating ? sdk.SpeechTranslationConfig : sdk.SpeechConfig;
  const Recognizer = translating ? sdk.TranslationRecognizer : sdk.SpeechRecognizer;
  const config = scenario.endpoint
    ? Config.fromEndpoint(new URL(scenario.endpoint), key)
    : Config.fromHost(new URL(scenario.host), key);
  if (scenario.token) config.authorizationToken = scenario.token;
  config.speechRecognitionLanguage = scenario.language;
  if (scenario.dictation) config.enableDictation();
  if (scenario.detailed) config.outputFormat = sdk.OutputFormat.Detailed;
  if (scenario.profanity) config.setProfanity(sdk.ProfanityOption[scenario.profanity]);
  if (scenario.model) config.endpointId = scenario.model;
  for (const [name, value] of Object.entries(scenario.properties)) config.setProperty(name, value);
  scenario.targets.forEach((target) => config.addTargetLanguage(target));
  if (scenario.voice) config.voiceName = scenario.voice;
  const audio = sdk.AudioConfig.fromStreamInput(stream);
  if (scenario.speakers) {
    const transcriber = new sdk.ConversationTranscriber(config, audio);
    transcriber.transcribing = (_, event) => reportResult("recognizing", event.result);
    transcriber.transcribed = (_, event) => reportResult("recognized", event.result);
    return transcriber;
  }
  const recognizer = scenario.candidates.length
    ? Recognizer.FromConfig(config, sdk.AutoDetectSourceLanguageConfig.fromLanguages(scenario.candidates), audio)
    : new Recognizer(config, audio);
  if (translating) recognizer.synthesizing = (_, event) => reportSynthesis(event.result);
  recognizer.recognizing = (_, event) => reportResult("recognizing", event.result);
  recognizer.recognized = (_, event) => reportResult("recognized", event.result);
  if (scenario.phrases.length) sdk.PhraseListGrammar.fromRecognizer(recognizer).addPhrases(scenario.phrases);
  return recognizer;
};

const push = async (stream, scenario) => {
  const pcm = readFileSync(scenario.audio);
  for (let at = 0; at < pcm.length; at += CHUNK) {
    stream.write(new Uint8Array(pcm.subarray(at, at + CHUNK)).buffer);
    if (scenario.paced) await new Promise((resolve) => setTimeout(resolve, CHUNK_MILLISECONDS));
  }
  stream.close();
};

const scenario = JSON.parse(process.argv[2]);
const stream = sdk.AudioInputStream.createPushStream(sdk.AudioStreamFormat.getWaveFormatPCM(16000, 16, 1));
const recognizer = makeRecognizer(scenario, stream);
const stopped = new Promise((resolve) => {
  recognizer.sessionStopped = resolve;
  recognizer.canceled = (_, event) => {
    const reason = sdk.CancellationReason[event.reason];
    report("canceled", { reason, code: sdk.CancellationErrorCode[event.errorCode], details: event.errorDetails ?? "" });
    // The session is not always said to have stopped then; a translation goes on when only its synthesis failed.
    if (reason === "Error" && !scenario.targets.length) resolve();
  };
});
push(stream, scenario);
if (scenario.speakers) {
  recognizer.startTranscribingAsync();
  await stopped;
} else if (scenario.mode === "continuous") {
  recognizer.startContinuousRecognitionAsync();
  await stopped;
} else {
  for (let time = 0; time < scenario.times; time++) {
    const once = new Promise((resolve, reject) => recognizer.recognizeOnceAsync(resolve, reject));
    await once.then(
      (result) => reportResult("result", result),
      (error) => report("rejected", { details: String(error) }),
    );
  }
}
report("done");
// Not before what was written has gone: the other end reads from a pipe.
process.stdout.write("", () => recognizer.close(() => process.exit(0), () => process.exit(0)));
