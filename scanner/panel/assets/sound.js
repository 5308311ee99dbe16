// Sounds: three low tones when feeding has stopped and somebody must come, one
// high one when a stack is through. Muting is remembered.

import { at } from "./element.js";

const words = JSON.parse(at("texts").textContent);
const key = "sesshu.sound";
let context = null;
let on = localStorage.getItem(key) !== "off";

function show() {
  at("sound").textContent = on ? `♪ ${words.sound_on}` : words.sound_off;
  at("sound").setAttribute("aria-pressed", String(on));
}

export function toggle() {
  on = !on;
  localStorage.setItem(key, on ? "on" : "off");
  show();
  if (on) tones([660]);
}

function tones(frequencies) {
  if (!on) return;
  context ??= new AudioContext();
  context.resume();
  frequencies.forEach((frequency, i) => {
    const begin = context.currentTime + i * 0.28;
    const oscillator = context.createOscillator(), gain = context.createGain();
    oscillator.frequency.value = frequency;
    oscillator.type = "square";
    gain.gain.setValueAtTime(0.0001, begin);
    gain.gain.exponentialRampToValueAtTime(0.2, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + 0.22);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(begin);
    oscillator.stop(begin + 0.24);
  });
}

export const alarm = () => tones([440, 440, 330]);
export const done = () => tones([660, 880]);

at("sound").addEventListener("click", toggle);
show();
