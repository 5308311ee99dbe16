// Deeds that a person answers for by name: closing in spite of the counts,
// handing over after a look, discarding.

import { at, tell } from "./element.js";
import { deed } from "./wire.js";

const words = JSON.parse(at("ask-texts").textContent);
const person = "sesshu.person"; // of this page's session: operators change
let asked = null;

/** Asks for a name, and for a reason when one is needed, and then does it. */
export function ask(name, batch, label, needsReason) {
  asked = { name, batch };
  at("ask-title").textContent = words[`${name}_title`];
  at("person").value = sessionStorage.getItem(person) ?? "";
  at("reason").value = "";
  at("reason").required = needsReason;
  at("reason").hidden = at("reason-label").hidden = !needsReason;
  at("ask-do").textContent = label.replace("…", "");
  at("ask-do").classList.toggle("danger", name === "discard");
  tell("ask-refusal", "");
  at("ask").showModal();
  (at("person").value && needsReason ? at("reason") : at("person")).focus();
}

at("ask-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  sessionStorage.setItem(person, at("person").value);
  const refusal = await deed(asked.name, { batch: asked.batch, person: at("person").value.trim(), reason: at("reason").value.trim() });
  tell("ask-refusal", refusal);
  if (!refusal) at("ask").close();
});
at("ask-cancel").addEventListener("click", () => at("ask").close());
