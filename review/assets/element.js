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

/** Puts a number in place of {n}, another in place of {m}. */
export function fill(text, n, m) {
  return text.replace("{n}", n).replace("{m}", m);
}
