// Runs one scenario with the JavaScript SDK: `node synthesize.mjs SCENARIO` (see scenario.py), events as JSON lines.

import * as sdk from "microsoft-cognitiveservices-speech-sdk";

const report = (event, values = {}) => process.stdout.write(JSON.stringify({ event, ...values }) + "\n");

const base64 = (audio) => Buffer.from(audio ?? []).toString("base64");

const reportResult = (result) => {
  report("result", { reason: sdk.ResultReason[result.reason], audio: base64(result.audioData) });
  if (result.reason !== sdk.ResultReason.Canceled) return;
  const { reason, ErrorCode, errorDetails } = sdk.CancellationDetails.fromResult(result);
  report("canceled", {
    reason: sdk.CancellationReason[reason],
    code: sdk.CancellationErrorCode[ErrorCode],
    details: String(errorDetails ?? result.errorDetails ?? ""),
  });
};

const makeSynthesizer = (scenario) => {
  const key = scenario.token ? undefined : scenario.key;
  const config = scenario.endpoint
    ? sdk.SpeechConfig.fromEndpoint(new URL(scenario.endpoint), key)
    : sdk.SpeechConfig.fromHost(new URL(scenario.host), key);
  if (scenario.token) config.authorizationToken = scenario.token;
  if (scenario.voice) config.speechSynthesisVoiceName = scenario.voice;
  if (scenario.language) config.speechSynthesisLanguage = scenario.language;
  if (scenario.format) config.speechSynthesisOutputFormat = sdk.SpeechSynthesisOutputFormat[scenario.format];
  for (const [name, value] of Object.entries(scenario.properties)) config.setProperty(name, value);
  const synthesizer = scenario.detect
    ? sdk.SpeechSynthesizer.FromConfig(config, sdk.AutoDetectSourceLanguageConfig.fromOpenRange(), null)
    : new sdk.SpeechSynthesizer(config, null);
  synthesizer.synthesizing = (_, event) => report("synthesizing", { audio: base64(event.result.audioData) });
  if (scenario.boundaries) {
    synthesizer.wordBoundary = (_, event) =>
      report("word", { text: event.text, offset: event.audioOffset, kind: event.boundaryType.replace("Boundary", "") });
    synthesizer.bookmarkReached = (_, event) => report("bookmark", { text: event.text, offset: event.audioOffset });
    synthesizer.visemeReceived = (_, event) => report("viseme", { id: event.visemeId, offset: event.audioOffset });
  }
  return synthesizer;
};

const speakPieces = async (synthesizer, pieces) => {
  const request = new sdk.SpeechSynthesisRequest(sdk.SpeechSynthesisRequestInputType.TextStream);
  const spoken = new Promise((resolve, reject) => synthesizer.speakAsync(request, resolve, reject));
  for (const piece of pieces) {
    if (typeof piece === "string") request.inputStream.write(piece);
    else await new Promise((resolve) => setTimeout(resolve, piece * 1000));
  }
  request.inputStream.close();
  return spoken;
};

const reportVoices = async (synthesizer, locale) => {
  const { reason, voices, errorDetails } = await synthesizer.getVoicesAsync(locale);
  const names = (voices ?? []).map((voice) => voice.shortName);
  report("voices", { reason: sdk.ResultReason[reason], names, details: errorDetails ?? "" });
};

const call = (synthesizer, name, argument) => {
  const spoken = (speak) => new Promise((resolve, reject) => speak(argument, resolve, reject)).then(reportResult);
  switch (name) {
    case "text":
      return spoken(synthesizer.speakTextAsync.bind(synthesizer));
    case "ssml":
      return spoken(synthesizer.speakSsmlAsync.bind(synthesizer));
    case "pieces":
      return speakPieces(synthesizer, argument).then(reportResult);
    case "pause":
      return new Promise((resolve) => setTimeout(resolve, argument * 1000));
    case "voices":
      return reportVoices(synthesizer, argument);
  }
};

const scenario = JSON.parse(process.argv[2]);
const synthesizer = makeSynthesizer(scenario);
for (const [name, argument] of scenario.calls) {
  await call(synthesizer, name, argument).catch((error) => report("rejected", { details: String(error) }));
}
report("done");
// Not before what was written has gone: the other end reads from a pipe.
process.stdout.write("", () => synthesizer.close(() => process.exit(0), () => process.exit(0)));
