// The home page: the button has the cursor, the queue stays fresh, and F2 takes
// back a rejection that was made a moment ago.

import { Wire } from "./wire.js";
import { takeRejected } from "./memory.js";

const words = JSON.parse(document.getElementById("texts").textContent);
const notice = document.getElementById("notice");
const wire = new Wire(() => {}, async () => { location.assign("/sign-in"); });

function tell(text) {
  notice.textContent = text;
  notice.hidden = false;
}

const rejected = takeRejected();
if (rejected) tell(words.rejected);

document.addEventListener("keydown", async (event) => {
  if (event.key !== "F2" || event.repeat) return;
  event.preventDefault();
  if (!rejected) {
    tell(words.nothing_to_undo);
    return;
  }
  try {
    await wire.deed(`/items/${rejected.id}/undo`, { version: rejected.version });
    location.assign(`/items/${rejected.id}`);
  } catch (refusal) {
    tell(refusal.words(document.documentElement.lang));
  }
});

// Somebody who only watches sees the queue move, as long as nobody is typing.
setTimeout(() => location.replace("/"), 30_000);
