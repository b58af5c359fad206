// @ts-check
// The state of the page in its address, and as files.

const RESERVED = ["step", "train", "rounds", "notation", "view", "grain", "digits", "loss", "act", "predict", "example"];

/** The state as the address's fragment, without the sign before it. */
function fragment() {
  const found = new URLSearchParams();
  found.set("step", String(stepNumber()));
  if (page.round !== 1) {
    found.set("train", String(page.round));
  }
  if (page.rounds !== FIRST_ROUNDS) {
    found.set("rounds", String(page.rounds));
  }
  if (page.notation.name) {
    found.set("notation", page.notation.name);
  }
  if (page.view !== "network") {
    found.set("view", page.view);
  }
  if (page.grain !== "quantity") {
    found.set("grain", page.grain);
  }
  if (page.digits !== FIRST_DIGITS) {
    found.set("digits", String(page.digits));
  }
  if (content.loss !== undefined && page.loss !== content.loss) {
    found.set("loss", page.loss);
  }
  if (content.layers && String(page.activations) !== String(content.layers)) {
    found.set("act", page.activations.join(","));
  }
  if (page.predict) {
    found.set("predict", "1");
  }
  if (page.example !== 1) {
    found.set("example", String(page.example));
  }
  for (const [key, number] of page.edits) {
    const [round, symbol] = splitKey(key);
    found.append(round === 1 && !RESERVED.includes(symbol) && !/^\d+:/.test(symbol) ? symbol : key, String(number));
  }
  return found.toString();
}

/** Take the state from a fragment; what cannot be meant is left out, and said. @param {string} text */
function takeFragment(text) {
  const given = new URLSearchParams(text.replace(/^#/, ""));
  /** @type {string[]} */
  const unknown = [];
  /** @param {string} key @param {string[]} among @param {string} otherwise */
  const one = (key, among, otherwise) => {
    const value = given.get(key);
    if (value !== null && !among.includes(value)) {
      unknown.push(`${key}=${value}`);
    }
    return value !== null && among.includes(value) ? value : otherwise;
  };
  /** @param {string} key @param {number} low @param {number} high @param {number} otherwise */
  const whole = (key, low, high, otherwise) => {
    const value = given.get(key);
    const number = Number(value);
    const good = value !== null && Number.isInteger(number) && number >= low && number <= high;
    if (value !== null && !good) {
      unknown.push(`${key}=${value}`);
    }
    return good ? number : otherwise;
  };
  page.notation = content.notations.find((each) => each.name === one("notation", content.notations.map((n) => n.name), "")) || content.notations[0];
  page.view = one("view", hasTwoViews ? ["network", "graph"] : ["network"], "network");
  page.grain = one("grain", ["operation", "quantity", "neuron", "layer"], "quantity");
  page.digits = whole("digits", 2, 17, FIRST_DIGITS);
  page.loss = one("loss", Object.keys(content.losses), content.loss || "");
  const names = (given.get("act") || "").split(",");
  const layers = content.layers || [];
  const good = names.length === layers.length && names.every((name, layer) => Object.hasOwn(content.activations[layer], name));
  if (given.has("act") && !good) {
    unknown.push(`act=${given.get("act")}`);
  }
  page.activations = given.has("act") && good ? names : [...layers];
  page.predict = given.get("predict") === "1";
  page.example = whole("example", 1, content.file?.examples.length || 1, 1);
  page.edits = new Map();
  for (const [key, value] of given) {
    if (RESERVED.includes(key)) {
      continue;
    }
    const full = /^\d+:/.test(key) ? key : `1:${key}`;
    const [round, symbol] = splitKey(full);
    const number = typed(value);
    const editable = content.given.some((each) => each.symbol === symbol && !each.fixed);
    if (editable && round >= 1 && round <= MOST_ROUNDS && Number.isFinite(number) && isAllowed(symbol, number)) {
      page.edits.set(full, number);
    } else {
      unknown.push(`${key}=${value}`);
    }
  }
  page.rounds = whole("rounds", 1, MOST_ROUNDS, FIRST_ROUNDS);
  page.round = whole("train", 1, MOST_ROUNDS, 1);
  page.rounds = Math.max(page.rounds, page.round);
  compose();
  const wanted = whole("step", 0, page.stops.length, 0);
  page.position = wanted ? page.stops[wanted - 1] : 0;
  return unknown;
}

/** A number as TOML has it. @param {number | undefined} number */
function tomlNumber(number) {
  const text = String(number);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** @param {string} text */
function tomlText(text) {
  return JSON.stringify(text).replace(/\x7f/g, "\\u007f");
}

/** The numbers of the step of training that is shown, as a file that `backprop` reads. */
function toml() {
  const numbers = page.training.at(page.round);
  /** @param {string} symbol */
  const number = (symbol) => tomlNumber(numbers.get(symbol));
  /** @param {string[]} symbols */
  const list = (symbols) => `[${symbols.map(number).join(", ")}]`;
  const lines = [content.head.trimEnd()];
  const file = content.file;
  if (!file) {
    const values = content.given.filter((each) => !each.fixed && each.symbol !== content.rate);
    lines.push("", "[values]", ...values.map((each) => `${tomlKey(each.symbol)} = ${number(each.symbol)}`));
    lines.push("", "[training]", `error = ${tomlText(content.root)}`);
    if (content.parameters?.length) {
      lines.push(`parameters = [${content.parameters.map(tomlText).join(", ")}]`, `learning_rate = ${number(content.rate)}`);
    }
    return `${lines.join("\n")}\n`;
  }
  lines.push(
    "", "[training]", `error = ${tomlText(page.loss)}`, `learning_rate = ${number(content.rate)}`,
    `update_biases = ${content.update_biases}`,
  );
  file.layers.forEach((layer, place) => {
    lines.push("", "[[layers]]", `activation = ${tomlText(page.activations[place])}`);
    lines.push(`weights = [${layer.weights.map(list).join(", ")}]`);
    /** @param {string} symbol */
    const bias = (symbol) => tomlNumber(file.bias_sign * Number(numbers.get(symbol)));
    if (typeof layer.bias === "string") {
      lines.push(`bias = ${bias(layer.bias)}`);
    } else if (layer.bias) {
      lines.push(`bias = [${layer.bias.map(bias).join(", ")}]`);
    }
  });
  for (const each of file.examples) {
    lines.push("", "[[examples]]", `inputs = ${list(each.inputs)}`, `targets = ${list(each.targets)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** @param {string} name */
function tomlKey(name) {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : tomlText(name);
}

/** What is shown, as JSON: every number of the step by its symbol in the notation shown. */
function json() {
  /** @type {Record<string, number | string>} */
  const numbers = {};
  const named = page.program.lines.filter((line) => !line.detail).map((line) => line.symbol);
  for (const symbol of [...content.given.map((each) => each.symbol), ...named]) {
    const number = inNotation(symbol, page.run.numbers.get(symbol));
    if (number !== undefined) {
      const name = called(symbol, 2);
      numbers[name] = Number.isFinite(number) ? number : String(number);
    }
  }
  const about = { example: content.name, notation: page.notation.label, training_step: page.round };
  const choices = content.kind === "network" ? { error: page.loss, activations: page.activations } : {};
  return `${JSON.stringify({ ...about, ...choices, numbers }, null, 2)}\n`;
}

/**
 * Show a text to be copied, or saved as a file.
 * @param {string} name
 * @param {string} text
 */
function offer(name, text) {
  byId("export-title").textContent = name;
  /** @type {HTMLTextAreaElement} */ (byId("export-text")).value = text;
  const link = /** @type {HTMLAnchorElement} */ (byId("export-save"));
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  /** @type {HTMLDialogElement} */ (byId("export")).showModal();
}
