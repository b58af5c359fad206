// @ts-check
// The page: what is shown, and what its controls do.

const FIRST_DIGITS = 9;
const FIRST_ROUNDS = 20;
const MOST_ROUNDS = 100000;
const PHASES = ["forward", "backward", "update"];
/** Formulas have no network: their graph is the first view. */
const hasTwoViews = content.kind === "network" && content.graph >= 0;

const page = {
  notation: content.notations[0],
  view: "network",
  grain: "quantity",
  digits: FIRST_DIGITS,
  pictureDigits: 4,
  loss: content.loss || "",
  activations: [...(content.layers || [])],
  predict: false,
  /** by round and symbol, as "1:w5" @type {Map<string, number>} */
  edits: new Map(),
  /** the step of training */
  round: 1,
  /** how many of them the curve shows */
  rounds: FIRST_ROUNDS,
  /** how many lines of the timeline are done */
  position: 0,
  /** what is shown in the picture besides */
  chosen: "",
  /** the example that the picture shows */
  example: 1,
  /** the line whose number is asked for @type {Line | null} */
  asked: null,
  /** answers that were not right @type {Numbers} */
  own: new Map(),
  /** the lines of the step that is shown @type {Line[]} */
  lines: [],
  /** @type {number[]} */
  stops: [],
  program: composed(content.loss || "", content.layers || []),
  /** @type {Training} */
  training: /** @type {any} */ (undefined),
  /** @type {Run} */
  run: { numbers: new Map(), problem: "" },
  /** which numbers are known at the step that is shown @type {Set<string>} */
  known: new Set(),
  /** @type {Set<string>} */
  negative: new Set(),
  /** @type {Map<string, string>} */
  places: new Map(),
  /** by what is differentiated by, the symbol of the derivative of the error @type {Map<string, string>} */
  gradients: new Map(),
  /** @type {Map<string, Line[]>} */
  contributions: new Map(),
  /** the number of the graph that is shown, -1 if it is too large */
  graph: content.graph,
  /** @type {number | undefined} */
  timer: undefined,
  shortcuts: true,
};

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** The number of a quantity in the notation shown, if the step that is shown has come to it. @param {string} symbol */
function reached(symbol) {
  return page.known.has(symbol) ? inNotation(symbol, page.run.numbers.get(symbol)) : undefined;
}

// --- what there is --------------------------------------------------------------------------------

/** Put the program together, for the choices that were made. */
function compose() {
  const program = composed(page.loss, page.activations);
  page.program = program;
  page.training = new Training(program, page.edits);
  page.places = placesOf(program.tags);
  page.negative = new Set(page.notation.negative);
  page.gradients = new Map();
  page.contributions = new Map();
  for (const line of program.lines) {
    if (line.kind === "gradient") {
      page.gradients.set(line.below, line.symbol);
    } else if (line.kind === "contribution") {
      page.contributions.set(line.below, [...(page.contributions.get(line.below) || []), line]);
    }
  }
  page.graph = isOwn() ? content.graph : (content.losses[page.loss]?.graph ?? -1);
  page.stops = stopsOf(program.timeline, page.grain);
}

/** Whether error and activations are those of the file. */
function isOwn() {
  return page.loss === (content.loss || "") && String(page.activations) === String(content.layers || []);
}

/** Where a line belongs, for steps of a neuron or a layer. @param {Line} line @param {string} grain */
function group(line, grain) {
  const [phase] = line.block;
  const about = phase === "f" ? line.block.slice(2) : line.below;
  const [role, layer, neuron, , example] = page.program.tags[about] || [about, 0, 0, null, 0, ""];
  const alone = ["error", "part", "target"].includes(role) || !(about in page.program.tags);
  const parts = [phase, alone ? role : "", alone ? "" : layer, role === "weight" || role === "bias" ? "" : example];
  return (grain === "neuron" && !alone ? [...parts, neuron] : parts).join("|");
}

/**
 * After how many lines a step ends.
 * @param {Line[]} timeline
 * @param {string} grain
 */
function stopsOf(timeline, grain) {
  return timeline.flatMap((line, place) => {
    const following = timeline[place + 1];
    const ends =
      grain === "operation" || !following || (grain === "quantity" ? !line.detail : group(line, grain) !== group(following, grain));
    return ends ? [place + 1] : [];
  });
}

/** The number of the step that is shown; 0 before the first. */
function stepNumber() {
  return page.stops.filter((stop) => stop <= page.position).length;
}

// --- showing --------------------------------------------------------------------------------------

/** Show everything anew. @param {{rows?: boolean, say?: boolean, example?: number}} [changed] */
function show(changed = {}) {
  const given = page.training.at(page.round);
  page.round = Math.min(page.round, page.training.rounds);
  page.run = run(page.program, page.program.lines, given);
  const done = page.program.timeline.slice(0, page.position);
  page.known = new Set(content.given.map((each) => each.symbol));
  done.forEach((line) => page.known.add(line.symbol));
  if (page.position === page.program.timeline.length) {
    page.program.lines.forEach((line) => page.known.add(line.symbol));
  }
  const step = stepNumber();
  const before = step > 1 ? page.stops[step - 2] : 0;
  page.lines = page.asked ? [page.asked] : done.slice(before);
  const tags = page.lines.flatMap((line) => [line.block.slice(2), line.above, line.below]).map((each) => page.program.tags[each]);
  page.example = changed.example || tags.find((tag) => tag && tag[4])?.[4] || page.example;
  if (changed.rows) {
    writeTable();
  }
  fillNetwork();
  fillGraph();
  fillTable();
  light(page.lines);
  showFormula();
  showPosition(changed.say !== false);
  page.training.at(page.rounds + 1);
  drawCurve();
  showSettings();
  showProblem();
  scrollToLit();
  remember();
}

/** @param {boolean} say  whether the live region is to say it */
function showPosition(say) {
  const step = stepNumber();
  const total = page.stops.length;
  const slider = /** @type {HTMLInputElement} */ (byId("slider"));
  slider.max = String(total);
  slider.value = String(step);
  const last = page.lines[page.lines.length - 1];
  const what = page.asked
    ? `asked for ${plain(page.asked.symbol)}`
    : last
      ? `${plain(last.symbol)} = ${decimal(reached(last.symbol), page.digits)}`
      : "before the first step";
  slider.setAttribute("aria-valuetext", `step ${step} of ${total}`);
  const goto = /** @type {HTMLInputElement} */ (byId("goto"));
  goto.max = String(total);
  if (goto !== document.activeElement) {
    goto.value = String(step);
  }
  byId("total").textContent = `of ${total}`;
  if (say) {
    byId("status").textContent = `step ${step} of ${total}: ${what}`;
  }
  for (const phase of PHASES) {
    const button = /** @type {HTMLButtonElement} */ (byId(`phase-${phase}`));
    button.hidden = !page.program.timeline.some((line) => phaseOf(line) === phase);
    button.setAttribute("aria-pressed", String(last !== undefined && phaseOf(last) === phase));
  }
  /** @type {HTMLButtonElement} */ (byId("first")).disabled = step === 0;
  /** @type {HTMLButtonElement} */ (byId("back")).disabled = step === 0;
  /** @type {HTMLButtonElement} */ (byId("next")).disabled = step === total;
  /** @type {HTMLButtonElement} */ (byId("last")).disabled = step === total;
}

/** The heading of a line: what it does, and where. @param {Line} line */
function heading(line) {
  const about = line.kind === "value" ? line.block.slice(2) : line.below;
  const tag = page.program.tags[about];
  const role = tag ? ROLES[tag[0]] : "";
  const neuron = tag && tag[5] ? ` of ${tag[5]}` : "";
  const example = tag && tag[4] && content.file && content.file.examples.length > 1 ? `, example ${tag[4]}` : "";
  return [KINDS[line.kind], role + neuron + example].filter(Boolean).join(" · ");
}

/** A line as three: with symbols, with numbers, its result. @param {Line} line @param {Numbers} numbers @param {boolean} told */
function lineElement(line, numbers, told) {
  const element = document.createElement("div");
  element.className = "line";
  const own = line.kind === "gradient" && (page.contributions.get(line.below)?.length || 0) > 1;
  const left = line.detail ? "" : `${named(line.symbol)}<mo>=</mo>`;
  const parts = [math(`${left}${withSymbols(line)}`)];
  if (told) {
    const number = inNotation(line.symbol, numbers.get(line.symbol));
    const put = withNumbers(line, numbers);
    const result = numberInMathML(number, page.digits, true);
    if (put !== result && line.written.some((each) => typeof each === "string")) {
      parts.push(math(`<mo>=</mo>${put}`));
    }
    parts.push(`<span class="result">${math(`<mo>=</mo>${result}`)}</span>`);
  }
  element.innerHTML = parts.join(" ");
  if (told && line.kind === "contribution" && !own) {
    element.append(growing(line, numbers));
  }
  return element;
}

/** How the sum of a shared node grows by a contribution. @param {Line} line @param {Numbers} numbers */
function growing(line, numbers) {
  const lines = page.contributions.get(line.below) || [];
  const place = lines.indexOf(line);
  /** @param {Line[]} some */
  const sum = (some) => some.reduce((total, each) => total + Number(inNotation(each.symbol, numbers.get(each.symbol))), 0);
  const before = sum(lines.slice(0, place));
  const after = sum(lines.slice(0, place + 1));
  const element = document.createElement("div");
  element.className = "growing";
  const gradient = page.gradients.get(line.below) || "";
  const share = numberInMathML(inNotation(line.symbol, numbers.get(line.symbol)), page.digits, true);
  element.innerHTML =
    math(`${named(gradient)}<mo>+=</mo>${share}`) +
    `<span> (${decimal(before, page.digits)} → <strong>${decimal(after, page.digits)}</strong>)</span>`;
  return element;
}

function showFormula() {
  const place = byId("formula");
  place.textContent = "";
  byId("question").hidden = !page.asked;
  byId("question").dataset.symbol = page.asked ? page.asked.symbol : "";
  if (!page.lines.length) {
    const hint = document.createElement("p");
    hint.textContent = "Nothing is computed yet. Press → for the first step.";
    place.append(hint);
    return;
  }
  let last = "";
  for (const line of page.lines) {
    const head = heading(line);
    if (head !== last) {
      const element = document.createElement("h3");
      element.textContent = head;
      place.append(element);
      last = head;
    }
    place.append(lineElement(line, page.run.numbers, line !== page.asked));
  }
  if (page.asked) {
    byId("asked").innerHTML = math(`${named(page.asked.symbol)}<mo>=</mo>`);
    byId("answer").setAttribute("aria-label", `the number of ${plain(page.asked.symbol)}`);
  }
}

function showProblem() {
  const place = byId("problem");
  const { problem } = page.training;
  const text = problem.includes(page.run.problem) ? problem : [page.run.problem, problem].filter(Boolean).join("; ");
  if (place.textContent !== text) {
    place.textContent = text;
  }
  place.hidden = !text;
}

function showSettings() {
  /** @param {string} id @param {string} value */
  const set = (id, value) => {
    const element = /** @type {HTMLSelectElement | HTMLInputElement | null} */ (document.getElementById(id));
    if (element && element !== document.activeElement) {
      element.value = value;
    }
  };
  set("notation", page.notation.name);
  set("grain", page.grain);
  set("digits", String(page.digits));
  set("loss", page.loss);
  page.activations.forEach((name, layer) => set(`activation-${layer + 1}`, name));
  set("round", String(page.round));
  set("example", String(page.example));
  byId("rounds-known").textContent = `of ${Math.min(page.rounds, page.training.rounds)}`;
  /** @type {HTMLInputElement} */ (byId("predict")).checked = page.predict;
  for (const view of ["network", "graph"]) {
    byId(`show-${view}`).setAttribute("aria-pressed", String(page.view === view));
    byId(`view-${view}`).hidden = page.view !== view;
    byId(`show-${view}`).hidden = !hasTwoViews;
  }
  showGraph();
  byId("play").setAttribute("aria-pressed", String(page.timer !== undefined));
  byId("play-text").textContent = page.timer === undefined ? "Play" : "Pause";
  byId("edits").textContent = page.edits.size ? `${page.edits.size} changed` : "";
}

/** Keep the state in the address. */
function remember() {
  const text = `#${fragment()}`;
  if (location.hash !== text) {
    try {
      history.replaceState(null, "", text);
    } catch {
      // a page within another one has no address of its own
    }
  }
}

// --- moving ---------------------------------------------------------------------------------------

/** Go to a step. @param {number} step */
function goTo(step) {
  const wanted = Math.min(Math.max(Math.round(step) || 0, 0), page.stops.length);
  page.asked = null;
  page.position = wanted ? page.stops[wanted - 1] : 0;
  show();
}

/** What a line is a part of. @param {Line} line */
function phaseOf(line) {
  return PHASES[["f", "r", "u"].indexOf(line.block[0])];
}

/** Go to the first step of the forward pass, the backward pass or the update. @param {string} phase */
function goToPhase(phase) {
  const place = page.program.timeline.findIndex((line) => phaseOf(line) === phase);
  goTo(page.stops.findIndex((stop) => stop > place) + 1);
}

function next() {
  if (page.predict) {
    ask();
    return;
  }
  goTo(stepNumber() + 1);
}

function back() {
  const step = stepNumber();
  const here = step ? page.stops[step - 1] : 0;
  goTo(page.position > here ? step : step - 1);
}

function play() {
  if (page.timer !== undefined) {
    pause();
    return;
  }
  if (page.position === page.program.timeline.length) {
    goTo(0);
  }
  const seconds = Number(/** @type {HTMLInputElement} */ (byId("speed")).value) || 1;
  page.timer = window.setInterval(() => {
    if (page.position === page.program.timeline.length || page.predict) {
      pause();
    } else {
      next();
    }
  }, 1000 * seconds);
  showSettings();
}

function pause() {
  window.clearInterval(page.timer);
  page.timer = undefined;
  showSettings();
}

/** Go to a step of training. @param {number} round */
function goToRound(round) {
  page.round = Math.min(Math.max(Math.round(round) || 1, 1), MOST_ROUNDS);
  page.rounds = Math.max(page.rounds, page.round);
  page.asked = null;
  page.own.clear();
  show();
}

// --- predicting -----------------------------------------------------------------------------------

/** Ask for the next number. */
function ask() {
  const { timeline } = page.program;
  const place = timeline.findIndex((line, index) => index >= page.position && !line.detail);
  if (place < 0) {
    return;
  }
  page.position = place;
  page.asked = timeline[place];
  byId("verdict").textContent = "";
  /** @type {HTMLInputElement} */ (byId("answer")).value = "";
  show();
  byId("answer").focus();
}

function answer() {
  const line = page.asked;
  if (!line) {
    return;
  }
  const text = /** @type {HTMLInputElement} */ (byId("answer")).value;
  const verdict = judged(line, text, page.run.numbers, page.own);
  byId("verdict").textContent = verdict.says;
  byId("verdict").dataset.kind = verdict.kind;
  if (verdict.kind === "right") {
    page.own.delete(line.symbol);
    reveal();
    byId("next").focus();
  } else if (verdict.kind !== "none" && verdict.kind !== "short") {
    page.own.set(line.symbol, Number(inNotation(line.symbol, typed(text))));
  }
}

/** Show the number that was asked for. */
function reveal() {
  if (page.asked) {
    page.position = page.program.timeline.indexOf(page.asked) + 1;
    page.asked = null;
    show();
  }
}

// --- choosing ------------------------------------------------------------------------------------

/** Make another choice of error or activations. */
function choose() {
  const step = stepNumber();
  const end = page.position === page.program.timeline.length;
  compose();
  page.asked = null;
  page.own.clear();
  page.position = end ? page.program.timeline.length : step ? page.stops[Math.min(step, page.stops.length) - 1] : 0;
  show({ rows: true });
}

// --- printing -------------------------------------------------------------------------------------

const MOST_FRAMES = 400;

/** One page for each step, of those that the timeline stops at. */
function writeFrames() {
  const place = byId("frames");
  place.textContent = "";
  const before = { position: page.position, asked: page.asked };
  const stops = page.stops.length > MOST_FRAMES ? stopsOf(page.program.timeline, "layer") : page.stops;
  page.asked = null;
  const kept = page.stops;
  page.stops = stops;
  stops.forEach((stop, number) => {
    page.position = stop;
    show({ say: false });
    const frame = document.createElement("section");
    frame.className = page.lines.length > 4 ? "frame many" : "frame";
    const head = document.createElement("h2");
    head.textContent = `${content.title}: step ${number + 1} of ${stops.length}`;
    const picture = byId(`view-${page.view}`).querySelector("svg")?.cloneNode(true);
    const formula = /** @type {HTMLElement} */ (byId("formula").cloneNode(true));
    formula.removeAttribute("id");
    formula.className = "formulas";
    frame.append(head);
    if (picture instanceof SVGElement) {
      for (const each of [picture, ...picture.querySelectorAll("[id]")]) {
        each.removeAttribute("id");
      }
      frame.append(picture);
    }
    frame.append(formula);
    place.append(frame);
  });
  page.stops = kept;
  page.position = before.position;
  page.asked = before.asked;
  show({ say: false });
}

// --- the controls ---------------------------------------------------------------------------------

/** @param {string} id @param {string} event @param {(element: HTMLInputElement) => void} act */
function on(id, event, act) {
  const element = document.getElementById(id);
  element?.addEventListener(event, () => act(/** @type {HTMLInputElement} */ (element)));
}

/** @param {string} id @param {[string, string][]} choices */
function fillChoices(id, choices) {
  const select = /** @type {HTMLSelectElement} */ (byId(id));
  for (const [value, text] of choices) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    select.append(option);
  }
}

function connect() {
  on("first", "click", () => goTo(0));
  on("back", "click", back);
  on("play", "click", play);
  on("next", "click", next);
  on("last", "click", () => goTo(page.stops.length));
  on("slider", "input", (slider) => goTo(Number(slider.value)));
  on("goto", "change", (input) => goTo(Number(input.value)));
  on("grain", "change", (select) => {
    page.grain = select.value;
    page.stops = stopsOf(page.program.timeline, page.grain);
    page.position = page.stops.find((stop) => stop >= page.position) || 0;
    page.asked = null;
    show();
  });
  on("predict", "change", (box) => {
    page.predict = box.checked;
    page.asked = null;
    page.own.clear();
    pause();
    show();
  });
  on("check", "click", answer);
  on("reveal", "click", reveal);
  byId("answer").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // or it would press the button that gets the focus
      answer();
    }
  });
  for (const view of ["network", "graph"]) {
    on(`show-${view}`, "click", () => {
      page.view = view;
      show({ say: false });
    });
    byId(`view-${view}`).addEventListener("click", (event) => {
      const symbol = symbolAt(/** @type {Element} */ (event.target));
      leaveHere();
      if (symbol) {
        chooseSymbol(symbol, !isEditable(symbol));
        if (isEditable(symbol)) {
          editHere(symbol, event);
        }
      }
    });
  }
  connectHere();
  for (const phase of PHASES) {
    on(`phase-${phase}`, "click", () => goToPhase(phase));
  }
  on("example", "change", (select) => {
    page.example = Number(select.value);
    show({ say: false, example: page.example });
  });
  on("search", "input", searchTable);
  for (const head of document.querySelectorAll("th[data-column] button")) {
    head.addEventListener("click", () => {
      const column = String(/** @type {HTMLElement} */ (head.parentElement).dataset.column);
      sorting.down = sorting.column === column && !sorting.down;
      sorting.column = column;
      sortTable();
    });
  }
  on("notation", "change", (select) => {
    page.notation = content.notations.find((each) => each.name === select.value) || content.notations[0];
    page.negative = new Set(page.notation.negative);
    page.own.clear();
    show({ rows: true });
  });
  on("digits", "change", (input) => {
    page.digits = Math.min(17, Math.max(2, Math.round(Number(input.value)) || FIRST_DIGITS));
    show();
  });
  on("loss", "change", (select) => {
    page.loss = select.value;
    choose();
  });
  page.activations.forEach((_, layer) =>
    on(`activation-${layer + 1}`, "change", (select) => {
      page.activations[layer] = select.value;
      choose();
    }),
  );
  on("round", "change", (input) => goToRound(Number(input.value)));
  on("round-back", "click", () => goToRound(page.round - 1));
  on("round-next", "click", () => goToRound(page.round + 1));
  on("train", "click", () => {
    const more = Math.round(Number(/** @type {HTMLInputElement} */ (byId("more")).value)) || 0;
    goToRound(page.round + Math.max(more, 0));
  });
  on("rewind", "click", () => {
    page.position = 0;
    goToRound(1);
  });
  on("reset", "click", () => {
    page.edits = new Map();
    page.loss = content.loss || "";
    page.activations = [...(content.layers || [])];
    page.round = 1;
    choose();
  });
  byId("curve").addEventListener("click", (event) => goToRound(roundAt(event)));
  on("export-toml", "click", () => offer(`${content.name}.toml`, toml()));
  on("export-json", "click", () => offer(`${content.name}.json`, json()));
  on("print", "click", () => window.print());
  on("shortcuts", "change", (box) => {
    page.shortcuts = box.checked;
  });
  window.addEventListener("beforeprint", writeFrames);
  window.addEventListener("afterprint", () => {
    byId("frames").textContent = "";
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== `#${fragment()}`) {
      start();
    }
  });
  window.addEventListener("resize", drawCurve);
  document.addEventListener("keydown", key);
}

/** @param {KeyboardEvent} event */
function key(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (!page.shortcuts || event.altKey || event.ctrlKey || event.metaKey || target.closest("dialog")) {
    return;
  }
  if (target.id === "goto" && event.key === "Enter") {
    target.blur(); // it goes to that step, and the arrows go on from there
    return;
  }
  if (target.closest("input:not([type=checkbox]), select, textarea")) {
    return;
  }
  const act = {
    ArrowRight: next,
    ArrowLeft: back,
    Home: () => goTo(0),
    End: () => goTo(page.stops.length),
    f: () => byId("phase-forward").click(),
    b: () => byId("phase-backward").click(),
    u: () => byId("phase-update").hidden || byId("phase-update").click(),
    g: () => hasTwoViews && byId(page.view === "network" ? "show-graph" : "show-network").click(),
    " ": target.closest("button, a, summary, input") ? undefined : play,
  }[event.key];
  if (act) {
    event.preventDefault();
    act();
  } else if (/^\d$/.test(event.key)) {
    // the digit begins the number of a step
    event.preventDefault();
    const goto = /** @type {HTMLInputElement} */ (byId("goto"));
    goto.focus();
    goto.value = event.key;
  }
}

/** Begin with the state that the address has. */
function start() {
  page.asked = null;
  page.own.clear();
  const unknown = takeFragment(location.hash);
  show({ rows: true });
  if (unknown.length) {
    byId("status").textContent = `not understood in the address: ${unknown.join(", ")}`;
  }
}

fillChoices("notation", content.notations.map((each) => [each.name, each.label]));
if (content.loss !== undefined) {
  content.file?.examples.forEach((_, place) => fillChoices("example", [[String(place + 1), String(place + 1)]]));
  byId("examples").hidden = content.file?.examples.length === 1;
  fillChoices("loss", Object.keys(content.losses).map((name) => [name, name]));
  content.activations.forEach((choices, layer) =>
    fillChoices(`activation-${layer + 1}`, Object.keys(choices).map((name) => [name, name])),
  );
}
connect();
start();
