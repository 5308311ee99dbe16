// The station's page. Everything follows from the station's last message; the
// page keeps nothing but what is being typed.

import { ask } from "./ask.js";
import { at, element, fill, tell } from "./element.js";
import { showProblem } from "./problem.js";
import { alarm, done, toggle } from "./sound.js";
import { showTiles } from "./tiles.js";
import { deed, listen, say } from "./wire.js";

const words = JSON.parse(at("texts").textContent);
let now = null;

// Which buttons each phase offers; the first one has the cursor.
const offers = {
  new: [],
  feeding: ["stop"],
  stopped: ["continue", "close", "close-reason", "discard", "leave"],
  disagree: ["more", "close", "close-reason", "release", "discard", "leave"],
  held: ["release", "more", "discard", "leave"],
  complete: ["close", "more"],
  closing: ["next", "report"],
  closed: ["next", "report"],
  discarded: ["next", "report"],
  stuck: ["next", "discard", "report"],
};

function show(message) {
  const before = now;
  now = message;
  const { batch, phase } = message;
  document.body.dataset.phase = phase;
  showServer(message);
  at("new").hidden = phase !== "new";
  at("empty").hidden = phase !== "new";
  at("batch").hidden = !batch;
  if (batch) showBatch(message);
  showTiles(batch, message.tiles ?? [], message.whole);
  showProblem(batch, phase);
  showOpen(message);
  showOffers(message);
  if (before && before.phase !== phase) tell("refusal", "");
  // Counted by the station: a short feed may begin and end between two messages.
  if (before && message.feeds > before.feeds) ended(phase);
  if (!before || before.phase !== phase || before.batch?.name !== batch?.name) begin(message);
  document.dispatchEvent(new CustomEvent("station", { detail: message })); // practice listens
}

/** Sounds when feeding has ended. */
function ended(phase) {
  if (["complete", "held", "closed"].includes(phase)) done();
  else alarm();
}

/** Puts the cursor where the operator goes on. */
function begin({ phase, next }) {
  if (phase === "new") {
    at("new").reset();
    at("declared").disabled = false;
    at("name").value = next;
    at("declared").focus();
    return;
  }
  const shown = offers[phase].map((id) => at(id)).filter((button) => !button.hidden && button.offsetParent);
  (shown.find((button) => button.classList.contains("primary")) ?? shown[0])?.focus({ preventScroll: true });
}

function showServer({ server, away, backlog, clock }) {
  at("server").dataset.state = server ? (away ? "away" : "trouble") : "ok";
  at("server").textContent = server ? (away ? words.server_away : words.server_trouble) : words.server_ok;
  at("backlog").textContent = backlog ? fill(words.backlog, backlog) : words.backlog_none;
  at("backlog").dataset.waiting = backlog;
  tell("trouble", say(server));
  tell("clock", clock ? fill(clock > 0 ? words.clock_ahead : words.clock_behind, span(Math.abs(clock))) : "");
}

function span(minutes) {
  if (minutes < 120) return fill(words.minutes, minutes);
  if (minutes < 48 * 60) return fill(words.hours, Math.round(minutes / 60));
  return fill(words.days, Math.round(minutes / 60 / 24));
}

function showBatch({ batch, phase, speed }) {
  at("phase").textContent = words[`title_${phase}`];
  at("batch-name").textContent = batch.name;
  at("batch-description").textContent = [batch.description.facility_code, batch.description.month].filter(Boolean).join(" · ");
  at("fed").textContent = batch.fed - batch.control;
  at("declared-of").textContent = (batch.declared === null ? words.of_unknown : fill(batch.by_header ? words.of_header : words.of_declared, batch.declared))
    + (batch.control ? fill(words.and_control, batch.control) : "");
  at("progress").hidden = batch.declared === null;
  at("progress").max = batch.declared ?? 1;
  at("progress").value = batch.fed - batch.control;
  at("speed-line").hidden = phase !== "feeding";
  at("speed").textContent = speed ? Math.round(speed) : "–";
  at("line").textContent = line(batch, phase);
  tell("description-refused", batch.description_refused ? words.description_refused : "");
  at("report").href = `/batches/${batch.path}`;
  at("legend").replaceChildren(...["here", "waiting", "accepted", "review", "rejected", "duplicate"].filter((state) => batch.counts[state])
    .map((state) => element("li", { "data-state": state }, element("span", { text: words[state] }), element("strong", { text: batch.counts[state] }))));
}

function line(batch, phase) {
  switch (phase) {
    case "held": return words.held_line;
    case "complete": return fill(batch.declared === null ? words.complete_unknown : words.complete_line, batch.fed);
    case "closing": return fill(words.closing_line, batch.fed - batch.handed_in);
    case "closed": return fill(words.closed_line, batch.fed);
    default: return "";
  }
}

function showOpen({ open, phase }) {
  at("open").hidden = open.length === 0 || phase === "feeding";
  at("open-list").replaceChildren(...open.map((batch) => element("li", {},
    element("span", {}, element("strong", { text: batch.name }), " ", batch.stuck ? words.open_stuck : batch.disputed ? words.open_disputed : fill(words.open_fed, batch.fed)),
    element("button", { class: "quiet", "data-batch": batch.name, onclick: () => act("show", batch.name), text: words.resume }))));
}

/** Whether a person must answer for closing the batch. */
function isUnsettled(batch) {
  return !batch.agrees || (batch.repeats ?? []).length > 0;
}

function showOffers({ batch, phase }) {
  const offered = new Set(offers[phase]);
  if (batch) {
    const unsettled = isUnsettled(batch);
    const discardable = batch.held || (phase === "stuck" && batch.handed_in === 0);
    if (!discardable) offered.delete("discard");
    if (!batch.held) offered.delete("release");
    else ["close", "close-reason"].forEach((id) => offered.delete(id));
    if (phase === "stopped" && (batch.fed === 0 || unsettled)) offered.delete("close");
    if (!unsettled || batch.fed === 0) offered.delete("close-reason");
    if (phase === "disagree" && !batch.undecided) offered.delete("close");
  }
  for (const button of document.querySelectorAll("#batch .choices > *")) button.hidden = !offered.has(button.id);
  // What is asked is blue; beside a problem only going on is.
  at("close").className = phase === "stopped" ? "quiet" : "primary";
  at("release").className = phase === "disagree" ? "quiet" : "primary";
  const short = phase === "disagree" && batch.declared !== null && batch.fed - batch.control < batch.declared;
  at("more").className = short ? "primary" : "quiet";
  at("close-reason").className = phase === "disagree" && !short && !offered.has("close") ? "primary" : "quiet";
}

async function act(name, batch = now?.batch?.name ?? "", more = {}) {
  tell("refusal", await deed(name, { batch, ...more }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-deed], [data-ask]");
  if (!button || !now) return;
  if (button.dataset.deed) act(button.dataset.deed);
  else {
    ask(button.dataset.ask, now.batch.name, button.textContent, button.dataset.ask !== "release" || isUnsettled(now.batch));
  }
});

at("unknown").addEventListener("change", () => {
  at("declared").disabled = at("unknown").checked;
  if (at("unknown").checked) at("declared").value = "";
  else at("declared").focus();
});

at("new").addEventListener("submit", (event) => {
  event.preventDefault();
  act("start", at("name").value.trim(), {
    declared: at("unknown").checked ? null : Number(at("declared").value),
    facility: at("facility").value.trim(), month: at("month").value.trim(), hold: at("hold").checked,
  });
});

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const deeds = { F8: () => now?.phase === "feeding" && act("stop"), F9: toggle, F4: () => location.assign("/batches") };
  if (!deeds[event.key]) return;
  event.preventDefault();
  deeds[event.key]();
});

listen(show);
