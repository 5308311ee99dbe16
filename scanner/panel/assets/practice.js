// The practice scanner: what hands do at a real one is buttons here.

import { at, element, fill, tell } from "./element.js";
import { deed, language } from "./wire.js";

const words = JSON.parse(at("texts").textContent);
let hand = "", choosing = false, now = null;

document.addEventListener("station", ({ detail }) => {
  now = detail;
  show();
});

function show() {
  const { practice, phase } = now;
  const choose = choosing || !practice.exercise;
  at("exercise").hidden = false;
  at("exercise-choose").hidden = !choose;
  at("exercise-scanner").hidden = choose;
  at("new").hidden = phase !== "new" || !practice.exercise;
  at("empty").hidden = true;
  if (choose) showChoice(practice.exercises);
  else showScanner(practice, phase);
}

function showChoice(exercises) {
  if (at("exercise-list").childElementCount) return;
  at("exercise-list").replaceChildren(...exercises.map((exercise) => element("li", {},
    element("button", { class: "quiet", "data-exercise": exercise.id, onclick: () => choose(exercise.id), text: exercise.title[language] }))));
}

function showScanner({ exercise, hand: papers, feeder, path, tray, over, tone, verdict }, phase) {
  at("exercise-title").textContent = exercise.title[language];
  at("exercise-task").textContent = exercise.task[language];
  at("exercise-feeder").textContent = fill(words.practice_sheets, feeder.length);
  at("exercise-tray").textContent = fill(words.practice_sheets, tray.length);
  at("exercise-path").textContent = path.length ? `${fill(words.practice_sheets, path.length)} ${words.practice_stuck}` : "–";
  at("exercise-path-place").classList.toggle("stuck", path.length > 0);
  at("exercise-take-out").disabled = phase === "feeding" || feeder.length + path.length + tray.length === 0;
  at("exercise-other").disabled = phase === "feeding";
  at("exercise-hand").hidden = papers.length === 0;
  at("exercise-verdict").hidden = !over;
  at("exercise-verdict").dataset.tone = tone;
  at("exercise-words").textContent = verdict?.[language] ?? "";
  const held = JSON.stringify(papers);
  if (held === hand) return;
  hand = held;
  at("exercise-papers").replaceChildren(...papers.map((paper) => element("li", {},
    element("button", { "data-paper": paper.number, onclick: () => load(paper.number) },
      element("img", { src: `/practice/papers/${paper.number}`, alt: "" }), element("span", { text: paper.name })))));
  goOn(phase, papers);
}

// Puts the cursor where the operator goes on after paper was moved.
function goOn(phase, papers) {
  if (phase === "new") (papers.length ? at("exercise-papers").querySelector("button") : at("declared")).focus();
}

const act = async (name, body) => tell("refusal", await deed(name, body));

function choose(exercise) {
  choosing = false;
  hand = ""; // to be drawn anew, and to be gone on with
  act("practice-choose", { exercise });
}

async function load(paper) {
  await act("practice-load", { paper, only: at("exercise-only").checked });
  at("exercise-from").checked = true;
  if (now.phase === "stopped") at("continue").focus({ preventScroll: true });
}

at("exercise-take-out").addEventListener("click", () => act("practice-take-out"));
at("exercise-other").addEventListener("click", () => {
  choosing = true;
  show();
});
