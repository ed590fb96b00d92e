// Tones of the Chinese network (GB/T 3380: 450 Hz; ringing tone 1 s on, 4 s off) and the keypad's pairs.
const RING_EVERY_MS = 5000;
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";

let context = null;
let ringback = null;

function tone(frequencies, milliseconds, loudness = 0.06) {
  context ??= new AudioContext();
  const gain = new GainNode(context, { gain: 0 });
  const begin = context.currentTime;
  const end = begin + milliseconds / 1000;
  gain.gain.setTargetAtTime(loudness, begin, 0.01);
  gain.gain.setTargetAtTime(0, end - 0.03, 0.01);
  gain.connect(context.destination);
  for (const frequency of frequencies) {
    const wave = new OscillatorNode(context, { frequency });
    wave.connect(gain);
    wave.start(begin);
    wave.stop(end);
  }
}

export const beep = () => tone([1000], 500);

export function keyTone(key) {
  const place = KEYS.indexOf(key);
  if (place >= 0) tone([ROWS[Math.floor(place / 3)], COLUMNS[place % 3]], 140);
}

export function ringingTone(on) {
  if (on === (ringback !== null)) return;
  if (!on) {
    clearInterval(ringback);
    ringback = null;
    return;
  }
  const once = () => tone([450], 1000, 0.04);
  once();
  ringback = setInterval(once, RING_EVERY_MS);
}
