// The big plain panel: what happened, what to do with which sheet, and the
// pictures to find the paper by.

import { at, element, fill } from "./element.js";
import { look, pictureOf } from "./tiles.js";
import { language } from "./wire.js";

const words = JSON.parse(at("texts").textContent);
let shown = "";

export function showProblem(batch, phase) {
  const problem = batch?.problem;
  at("problem").hidden = !problem;
  const now = problem ? JSON.stringify([batch.name, phase, problem]) : "";
  if (now === shown) return;
  shown = now;
  if (!problem) return;
  at("problem").dataset.kind = problem.kind;
  at("problem").dataset.last = problem.last;
  at("problem-title").textContent = problem.title[language];
  at("problem-steps").replaceChildren(...sentences(problem.steps[language]).map((text) => element("li", { text })));
  at("continue").hidden = phase !== "stopped";
  // Beside sheets that are to be compared, the last one is of no use.
  const doubtful = phase === "disagree" ? problem.doubtful ?? [] : [];
  at("problem-last").hidden = problem.last === 0 || doubtful.length > 0;
  if (problem.last > 0) {
    at("problem-last-number").textContent = fill(words.sheet, problem.last);
    at("problem-last-picture").src = pictureOf(problem.last, "large", Date.now());
  }
  at("problem-half").hidden = !problem.half;
  if (problem.half) at("problem-half-picture").src = `/half?v=${Date.now()}`;
  at("problem-doubtful").hidden = doubtful.length === 0;
  at("problem-doubtful-list").replaceChildren(...doubtful.map((number) => element("button", { onclick: () => look(number) },
    element("img", { src: pictureOf(number, "small", Date.now()), alt: "" }), element("span", { text: fill(words.sheet, number) }))));
}

// One step a line. Both languages end their sentences with a mark of their own.
function sentences(text) {
  return text.split(/(?<=。)|(?<=[.;]) (?=[A-Z])/).map((part) => part.trim()).filter(Boolean);
}

at("problem-last-picture").addEventListener("click", () => look(Number(at("problem").dataset.last)));
