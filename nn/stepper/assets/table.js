// @ts-check
// The table of all symbols: searched, sorted, linked with the pictures.

/** @type {{column: string, down: boolean}} */
const sorting = { column: "order", down: false };

/** What sort of number a symbol stands for. @param {string} symbol */
function kindOf(symbol) {
  const line = page.program.bySymbol.get(symbol);
  const tag = page.program.tags[symbol];
  if (tag) {
    return ROLES[tag[0]];
  }
  if (symbol === content.rate) {
    return "learning rate";
  }
  return line ? (line.kind === "value" ? "value" : line.kind) : symbol in content.updates ? "parameter" : "given";
}

/** Write the rows anew: after a change of what there is, not of numbers. */
function writeTable() {
  const body = byId("symbols");
  body.textContent = "";
  const named = page.program.lines.filter((line) => !line.detail).map((line) => line.symbol);
  [...content.given.map((each) => each.symbol), ...named].forEach((symbol, order) => {
    const row = document.createElement("tr");
    row.dataset.symbol = symbol;
    row.dataset.order = String(order);
    const name = document.createElement("th");
    name.scope = "row";
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = "symbol";
    choose.innerHTML = math(namedSymbol(symbol));
    choose.setAttribute("aria-label", `${plain(symbol)}: show it in the picture`);
    choose.addEventListener("click", () => chooseSymbol(symbol, false));
    name.append(choose);
    const kind = document.createElement("td");
    kind.textContent = kindOf(symbol);
    const number = document.createElement("td");
    number.className = "number";
    const given = content.given.find((each) => each.symbol === symbol);
    if (given && !given.fixed) {
      const input = document.createElement("input");
      input.type = "text";
      input.inputMode = "decimal";
      input.autocomplete = "off";
      input.spellcheck = false;
      input.setAttribute("aria-label", `${plain(symbol)}, ${kindOf(symbol)}`);
      input.addEventListener("change", () => edit(symbol, input));
      number.append(input);
    }
    const more = document.createElement("td");
    const line = page.program.bySymbol.get(symbol);
    const by = line?.kind === "gradient" ? line.below : symbol !== content.rate && (given || line?.kind === "value") ? symbol : "";
    if (by) {
      const explain = document.createElement("button");
      explain.type = "button";
      explain.textContent = "explain";
      explain.setAttribute("aria-label", `explain the derivative by ${plain(by)}`);
      explain.addEventListener("click", () => explainSymbol(by));
      more.append(explain);
    }
    row.append(name, kind, number, more);
    body.append(row);
  });
  sortTable();
  searchTable();
}

/** The name of a quantity, a Greek letter for the learning rate. @param {string} symbol */
function namedSymbol(symbol) {
  return named(symbol);
}

/** Fill in the numbers that are known. */
function fillTable() {
  for (const row of /** @type {Iterable<HTMLTableRowElement>} */ (byId("symbols").children)) {
    const symbol = String(row.dataset.symbol);
    const cell = row.cells[2];
    const number = reached(symbol);
    const input = cell.querySelector("input");
    if (input) {
      if (input !== document.activeElement || input.dataset.typed !== input.value) {
        input.value = number === undefined ? "" : String(number);
        input.dataset.typed = input.value;
        input.removeAttribute("aria-invalid");
      }
    } else {
      const text = decimal(number, page.digits);
      if (cell.textContent !== text) {
        cell.textContent = text; // what is set anew is laid out anew
      }
    }
    row.dataset.number = String(number ?? "");
    row.classList.toggle("chosen", symbol === page.chosen);
    row.classList.toggle("current", page.lines.some((line) => line.symbol === symbol));
  }
}

function sortTable() {
  const body = byId("symbols");
  const rows = /** @type {HTMLTableRowElement[]} */ ([...body.children]);
  const collator = new Intl.Collator("en", { numeric: true });
  rows.sort((a, b) => {
    const difference =
      sorting.column === "number"
        ? Number(a.dataset.number || Infinity) - Number(b.dataset.number || Infinity)
        : sorting.column === "name"
          ? collator.compare(plain(String(a.dataset.symbol)), plain(String(b.dataset.symbol)))
          : sorting.column === "kind"
            ? collator.compare(String(a.cells[1].textContent), String(b.cells[1].textContent))
            : 0;
    const signed = sorting.down ? -difference : difference;
    return signed || Number(a.dataset.order) - Number(b.dataset.order);
  });
  body.append(...rows);
  for (const head of document.querySelectorAll("th[data-column]")) {
    const column = /** @type {HTMLElement} */ (head).dataset.column;
    head.setAttribute("aria-sort", column !== sorting.column ? "none" : sorting.down ? "descending" : "ascending");
  }
}

function searchTable() {
  const wanted = /** @type {HTMLInputElement} */ (byId("search")).value.trim().toLowerCase();
  let found = 0;
  for (const row of /** @type {Iterable<HTMLTableRowElement>} */ (byId("symbols").children)) {
    const symbol = String(row.dataset.symbol);
    const texts = [symbol, plain(symbol), called(symbol, 2), row.cells[1].textContent || ""];
    row.hidden = !texts.some((text) => text.toLowerCase().includes(wanted));
    found += row.hidden ? 0 : 1;
  }
  byId("found").textContent = wanted ? `${found} found` : "";
}

/**
 * Show a quantity in the picture and in the table.
 * @param {string} symbol
 * @param {boolean} goThere  whether to bring its row into view
 */
function chooseSymbol(symbol, goThere) {
  page.chosen = symbol;
  fillTable();
  light(page.lines);
  const row = [...byId("symbols").children].find((each) => /** @type {HTMLElement} */ (each).dataset.symbol === symbol);
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  if (row instanceof HTMLElement && row.hidden) {
    search.value = "";
    searchTable();
  }
  if (row && !goThere) {
    // within the table alone: the picture stays where it is
    const frame = /** @type {HTMLElement} */ (row.closest(".scroll"));
    const head = Number(frame.querySelector("thead")?.getBoundingClientRect().height);
    const [box, outer] = [row.getBoundingClientRect(), frame.getBoundingClientRect()];
    if (box.top < outer.top + head || box.bottom > outer.bottom) {
      frame.scrollTop += box.top - outer.top - head;
    }
  }
  if (goThere && row) {
    row.scrollIntoView({ block: "nearest" });
    const place = /** @type {HTMLElement | null} */ (row.querySelector("input") || row.querySelector("button"));
    place?.focus({ preventScroll: false });
    if (place instanceof HTMLInputElement) {
      place.select();
    }
  }
}
