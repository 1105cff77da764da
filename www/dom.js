// Making and changing elements. Whatever is shown is set as text, so it is never markup.

export function element(name, className, ...children) {
  const it = document.createElement(name);
  if (className) it.className = className;
  it.append(...children);
  return it;
}

export function drawing(name, attributes = {}, ...children) {
  const it = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) it.setAttribute(key, attributes[key]);
  it.append(...children);
  return it;
}

/** Sets a text where it differs: what does not change is not touched. */
export function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The same for an attribute. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
