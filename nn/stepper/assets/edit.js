// @ts-check
// A number that is typed, in the table or where it stands in the picture.

/** Whether a number may stand there. @param {string} symbol @param {number} number */
function isAllowed(symbol, number) {
  return Number.isFinite(number) && (symbol !== content.rate || number >= 0);
}

/** Take a number that was typed. @param {string} symbol @param {HTMLInputElement} input */
function edit(symbol, input) {
  const number = Number(inNotation(symbol, typed(input.value)));
  if (!isAllowed(symbol, number)) {
    input.setAttribute("aria-invalid", "true");
    input.dataset.typed = input.value;
    const must = symbol === content.rate ? "a number >= 0" : "a finite number";
    byId("status").textContent = `${plain(symbol)} must be ${must}, got ${JSON.stringify(input.value)}`;
    return;
  }
  input.dataset.typed = "";
  input.removeAttribute("aria-invalid");
  page.edits.set(`${page.round}:${symbol}`, number);
  page.training = new Training(page.program, page.edits);
  page.asked = null;
  page.own.clear();
  show();
}

/** Whether a number was given, and may be changed. @param {string} symbol */
function isEditable(symbol) {
  return content.given.some((each) => each.symbol === symbol && !each.fixed);
}

/**
 * Show a place to type another number, where one was clicked in the picture.
 * @param {string} symbol
 * @param {MouseEvent} event
 */
function editHere(symbol, event) {
  const here = byId("here");
  const outer = /** @type {HTMLElement} */ (here.parentElement).getBoundingClientRect();
  const input = /** @type {HTMLInputElement} */ (byId("here-number"));
  here.dataset.symbol = symbol;
  here.hidden = false;
  byId("here-name").innerHTML = math(`${named(symbol)}<mo>=</mo>`);
  input.setAttribute("aria-label", `${plain(symbol)}, ${kindOf(symbol)}`);
  input.value = String(reached(symbol));
  input.dataset.typed = input.value;
  input.removeAttribute("aria-invalid");
  const left = Math.min(event.clientX - outer.left, outer.width - here.offsetWidth);
  here.style.left = `${Math.max(0, left)}px`;
  here.style.top = `${event.clientY - outer.top + 12}px`;
  input.focus({ preventScroll: true });
  input.select();
}

/** Put that place away; the keyboard goes back to the picture. */
function leaveHere() {
  const here = byId("here");
  if (!here.hidden) {
    const inside = here.contains(document.activeElement);
    here.hidden = true;
    if (inside) {
      byId(`view-${page.view}`).focus({ preventScroll: true });
    }
  }
}

function connectHere() {
  const input = /** @type {HTMLInputElement} */ (byId("here-number"));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      edit(String(byId("here").dataset.symbol), input);
      if (!input.hasAttribute("aria-invalid")) {
        leaveHere();
      }
    } else if (event.key === "Escape") {
      leaveHere();
    }
  });
  on("here-explain", "click", () => explainSymbol(String(byId("here").dataset.symbol)));
  on("here-close", "click", leaveHere);
}
