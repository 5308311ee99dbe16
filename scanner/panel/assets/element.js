/** The element with an id. */
export const at = (id) => document.getElementById(id);

/** Makes an element: tag, properties (class, text, on…, data-…, aria-…), children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") made.textContent = value;
    else if (name === "class") made.className = value;
    else if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Puts a value in place of {n}. */
export function fill(text, n) {
  return text.replace("{n}", n);
}

/** Shows an element with a text, or hides it when there is none. */
export function tell(id, text) {
  at(id).hidden = !text;
  if (at(id).textContent !== (text || "")) at(id).textContent = text || "";
}
