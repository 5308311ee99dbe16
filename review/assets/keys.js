// What the keys do on the slip page. Digits and letters always write into the
// field; only keys that write nothing are commands.

import { dialogOpen, showHelp } from "./dialogs.js";

/** Gives a desk its keys. */
export function listen(desk) {
  // Holding ENTER down is one ENTER: it must not run on into the next question.
  let held = false;
  const rest = (event) => {
    if (event.type === "keydown") held = event.repeat;
    if (event.key === "Enter" && held) event.preventDefault();
  };
  document.addEventListener("keydown", rest, true);
  document.addEventListener("keypress", rest, true);
  document.addEventListener("keydown", (event) => {
    // While an input method composes, ENTER and the arrows are its own.
    if (event.isComposing || event.keyCode === 229 || dialogOpen()) return;
    const act = command(desk, event);
    if (act) {
      event.preventDefault();
      if (!event.repeat || event.key.startsWith("Arrow")) act();
    } else if (writes(event) && desk.card && document.activeElement !== desk.card.input) {
      desk.card.input.focus(); // wherever the cursor went, what is typed belongs here
    }
  }, true);
}

function writes(event) {
  return event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
}

function command(desk, event) {
  const inField = desk.card && document.activeElement === desk.card.input;
  switch (event.key) {
    case "Enter":
      if (desk.end && event.ctrlKey && !event.altKey && !event.shiftKey) return () => desk.enterAnyway();
      if (desk.end && !document.activeElement.matches("a, button")) return () => desk.nothingByEnter();
      if (!inField || event.ctrlKey || event.altKey) return null;
      return event.shiftKey ? () => desk.go(Math.max(0, desk.active - 1)) : () => desk.store();
    case "ArrowDown": return inField ? () => desk.card.step(1) : null;
    case "ArrowUp": return inField ? () => desk.card.step(-1) : null;
    case "F1": return () => showHelp();
    case "F2": return () => desk.undo();
    case "F6": return () => desk.papers.forEach((paper) => paper.toggle());
    case "F7": return () => desk.papers[0].rotate();
    case "F8": return () => desk.reject();
    case "r": case "R": return event.altKey ? () => desk.reject() : null;
    // What is typed and not stored is undone by the browser itself.
    case "z": case "Z": return event.ctrlKey && !(inField && desk.card.touched) ? () => desk.undo() : null;
    case "PageDown": return () => desk.skip();
    case "Escape": return () => desk.leave();
  }
  return null;
}
