// The three windows over the slip: why to reject it, what the keys do, and
// signing in again when the session ran out under somebody's hands.

const reject = document.getElementById("reject-dialog");
const list = document.getElementById("reject-list");
const help = document.getElementById("help-dialog");
const signin = document.getElementById("signin-dialog");

/** Whether a window is open, so that the slip's keys must rest. */
export const dialogOpen = () => reject.open || help.open || signin.open;

export function showHelp() {
  help.showModal();
}

/** Lets the person choose a reason for rejecting; null when they go back. */
export function chooseRejection(suggested) {
  const options = [...list.querySelectorAll("[role=option]")];
  let chosen = Math.max(0, options.findIndex((option) => option.dataset.value === suggested));
  const mark = () => {
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
    list.setAttribute("aria-activedescendant", options[chosen].id);
  };
  mark();
  reject.showModal();
  list.focus();
  return new Promise((resolve) => {
    const controller = new AbortController();
    const finish = (value) => {
      controller.abort();
      if (reject.open) reject.close();
      resolve(value);
    };
    const { signal } = controller;
    reject.addEventListener("cancel", () => finish(null), { signal }); // Esc
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        chosen = (chosen + step + options.length) % options.length;
        mark();
      } else if (event.key === "Enter" && !event.repeat) {
        event.preventDefault();
        finish(options[chosen].dataset.value);
      }
    }, { signal });
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) finish(option.dataset.value);
    }, { signal });
  });
}

/** Asks for the password of the person who was signed in, until it is right. */
export function signInAgain(account, refusedWords) {
  const form = document.getElementById("signin-form");
  const fault = document.getElementById("signin-fault");
  const password = document.getElementById("signin-password");
  const before = document.activeElement;
  document.getElementById("signin-account").value = account;
  fault.hidden = true;
  if (!signin.open) signin.showModal();
  password.focus();
  const stay = (event) => event.preventDefault(); // Esc does not help here
  signin.addEventListener("cancel", stay);
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        const answer = await fetch("/sign-in", {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams({ account, password: password.value }),
        });
        if (answer.ok) {
          password.value = "";
          signin.removeEventListener("cancel", stay);
          signin.close();
          before?.focus?.();
          resolve();
          return;
        }
        fault.textContent = refusedWords(await answer.json());
      } catch {
        fault.textContent = refusedWords(null);
      }
      fault.hidden = false;
      password.select();
    };
  });
}
