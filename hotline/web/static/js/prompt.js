// A prompt's page: hear the words by the browser's own voice, and record them with its microphone as a WAV.
"use strict";

const RATE = 16000; // samples a second: more than any telephone carries

for (const button of document.querySelectorAll(".listen")) {
  if (!("speechSynthesis" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const words = new SpeechSynthesisUtterance(document.getElementById(button.dataset.text).value.replace(/[{}]/g, ""));
    words.lang = button.dataset.language;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  });
}

function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, place) => view.setInt16(44 + place * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new File([view.buffer], "recording.wav", { type: "audio/wav" });
}

async function converted(parts) {
  const heard = await new AudioContext().decodeAudioData(await new Blob(parts).arrayBuffer());
  const offline = new OfflineAudioContext(1, Math.ceil(heard.duration * RATE), RATE);
  const source = offline.createBufferSource();
  source.buffer = heard;
  source.connect(offline.destination);
  source.start();
  return wav((await offline.startRendering()).getChannelData(0));
}

for (const form of document.querySelectorAll("form.recording")) {
  const button = form.querySelector(".record");
  const note = form.querySelector(".record-note");
  if (!navigator.mediaDevices?.getUserMedia || !("MediaRecorder" in window)) {
    note.textContent = note.dataset.unavailable;
    continue;
  }
  let recorder = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") {
      recorder.stop();
      return;
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      note.textContent = note.dataset.refused;
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", async () => {
      for (const track of stream.getTracks()) track.stop();
      const files = new DataTransfer();
      files.items.add(await converted(parts));
      form.querySelector("input[type=file]").files = files.files;
      button.textContent = button.dataset.again;
      note.textContent = note.dataset.done;
    });
    recorder.start();
    button.textContent = button.dataset.stop;
    note.textContent = note.dataset.running;
    setTimeout(() => recorder.state === "recording" && recorder.stop(), Number(form.dataset.most) * 1000);
  });
}
