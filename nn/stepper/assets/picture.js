// @ts-check
// The network and the graph: numbers filled in, what a step is about lit.

/**
 * The quantities of the network by role, layer, neuron, input and example.
 * @param {Record<string, Tag>} tags
 */
function placesOf(tags) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [symbol, [role, layer, neuron, input, example]] of Object.entries(tags)) {
    found.set([role, layer, neuron, role === "weight" ? input : 0, example].join("-"), symbol);
  }
  return found;
}

/** How many characters have room where numbers stand within a circle. @type {Record<string, number>} */
const ROOM = { net: 6, out: 6, delta: 11, value: 8 };

/** What stands in the pictures. @type {WeakMap<Element, string>} */
const written = new WeakMap();

/**
 * Write a text into a picture: what follows an underscore is a subscript, where Unicode has none.
 * @param {Element} place
 * @param {string} text
 */
function writeText(place, text) {
  if (written.get(place) === text) {
    return; // what is set anew is laid out anew
  }
  written.set(place, text);
  place.textContent = "";
  text.split(/_([\p{L}\p{N}]+)/u).forEach((piece, number) => {
    if (number % 2) {
      const below = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
      below.setAttribute("class", "below");
      below.textContent = piece;
      place.append(below);
    } else if (piece) {
      place.append(piece);
    }
  });
}

/**
 * @param {string} id
 * @param {string} name  the class of the text
 * @param {string} text
 */
function setText(id, name, text) {
  const unit = document.getElementById(`unit-${id}`);
  const place = /** @type {SVGTextElement | null | undefined} */ (unit?.querySelector(`.${name}`));
  if (place) {
    writeText(place, text);
    const room = unit?.querySelector("circle") && ROOM[name];
    place.style.fontSize = room && text.length > room ? `${((room / text.length) * (room > 6 ? 12.5 : 11)).toFixed(1)}px` : "";
  }
}

/** What a unit is drawn by: a weight by a line and a label. @param {string} unit */
function elementsOf(unit) {
  return [`unit-${unit}`, `line-${unit}`].map((id) => document.getElementById(id)).filter((each) => each !== null);
}

/**
 * A label of a number that may not be known yet.
 * @param {string} head
 * @param {string | undefined} symbol
 */
function label(head, symbol) {
  const number = symbol === undefined ? undefined : reached(symbol);
  return number === undefined ? "" : head + decimal(number, page.pictureDigits);
}

/** The symbol of the derivative of the error by something. @param {string} symbol */
function gradientOf(symbol) {
  return page.gradients.get(symbol);
}

/** Fill the numbers of one example into the network. */
function fillNetwork() {
  const places = page.places;
  const example = page.example;
  /** @param {(string | number)[]} key */
  const at = (...key) => places.get(key.join("-"));
  for (const [symbol, [role, layer, neuron, input, of]] of Object.entries(page.program.tags)) {
    if (of && of !== example) {
      continue;
    }
    const gradient = gradientOf(symbol);
    if (role === "input") {
      setText(`input-0-${neuron}`, "name", plain(symbol));
      setText(`input-0-${neuron}`, "value", label("", symbol));
    } else if (role === "net") {
      const out = at("out", layer, neuron, 0, example);
      const name = out ? page.program.tags[out][5] : "";
      setText(`neuron-${layer}-${neuron}`, "name", page.notation.name === "" ? name : plain(out || symbol));
      setText(`neuron-${layer}-${neuron}`, "net", label("", symbol));
      setText(`neuron-${layer}-${neuron}`, "out", label("", out));
      setText(`neuron-${layer}-${neuron}`, "delta", label("δ ", gradient));
    } else if (role === "weight" || role === "bias") {
      const id = role === "weight" ? `weight-${layer}-${neuron}-${input}` : `bias-${layer}-${neuron}`;
      const after = content.updates[symbol];
      const derivative = label("∂ ", gradient);
      const new_ = label("→ ", after);
      setText(id, "value", `${plain(symbol)} ${label("", symbol)}`);
      setText(id, "gradient", role === "bias" && new_ ? `${derivative} ${new_}` : derivative);
      setText(id, "after", new_);
    } else if (role === "target") {
      setText(`target-${layer}-${neuron}`, "value", `${plain(symbol)} ${label("", symbol)}`);
    } else if (role === "part" && neuron) {
      const number = label(" ", symbol);
      setText(`part-${layer}-${neuron}`, "value", number && plain(symbol) + number);
    } else if (role === "error") {
      setText("error", "name", plain(symbol));
      setText("error", "value", label("", symbol));
    }
  }
}

/** The quantities of the graph that is shown. */
function graphSymbols() {
  return content.graphs[page.graph] || [];
}

/** Show the graph of the error and the activations that are chosen, and say what it leaves out. */
function showGraph() {
  content.graphs.forEach((_, number) => {
    byId(`graph-${number}`).hidden = number !== page.graph;
  });
  const note = byId("graph-note");
  note.textContent =
    page.graph < 0
      ? "The graph is too large to be drawn."
      : graphSymbols().some((symbol) => page.program.bySymbol.get(symbol)?.detail)
        ? ""
        : "The graph has the named quantities, not each operation.";
  note.hidden = !note.textContent || (hasTwoViews && page.view !== "graph") || content.graph < 0;
}

/** Fill the numbers into the graph. */
function fillGraph() {
  graphSymbols().forEach((symbol, place) => {
    const node = document.getElementById(`node-${page.graph}-${place}`);
    if (!node) {
      return;
    }
    const texts = node.querySelectorAll("text");
    const sum = runningSum(symbol);
    const gradient = gradientOf(symbol);
    const derivative = gradient === undefined ? undefined : reached(gradient);
    writeText(texts[0], plain(symbol));
    writeText(texts[1], decimal(reached(symbol), page.pictureDigits));
    writeText(
      texts[2],
      derivative !== undefined ? `∂ ${decimal(derivative, page.pictureDigits)}`
        : sum !== undefined ? `∂ += ${decimal(sum, page.pictureDigits)}` : "",
    );
  });
}

/**
 * The sum of the contributions to a derivative so far, if some are still to come.
 * @param {string} symbol
 */
function runningSum(symbol) {
  const lines = page.contributions.get(symbol) || [];
  const numbers = lines.map((line) => reached(line.symbol)).filter((number) => number !== undefined);
  return numbers.length ? numbers.reduce((sum, number) => Number(sum) + Number(number), 0) : undefined;
}

/** The ids of what a quantity is drawn as, in the network. @param {string} symbol @returns {string[]} */
function unitsOf(symbol) {
  const tag = page.program.tags[symbol];
  if (!tag) {
    return [];
  }
  const [role, layer, neuron, input] = tag;
  switch (role) {
    case "net":
    case "out":
      return [`neuron-${layer}-${neuron}`];
    case "weight":
      return [`weight-${layer}-${neuron}-${input}`];
    case "part":
      return neuron ? [`part-${layer}-${neuron}`, "error"] : ["error"];
    case "error":
      return ["error"];
    default:
      return [`${role}-${layer}-${neuron}`];
  }
}

/** The quantities that a line is about: what it computes, or the derivative of what by what. @param {Line} line */
function about(line) {
  const own = line.kind === "value" ? line.block.slice(2) : line.below;
  return [own, ...(line.kind === "partial" || line.kind === "contribution" ? [line.above] : [])];
}

/** Light what some lines are about, and more faintly what they use. @param {Line[]} lines */
function light(lines) {
  for (const element of document.querySelectorAll(".picture :is(.lit, .used, .chosen)")) {
    element.classList.remove("lit", "used", "chosen");
  }
  const lit = new Set(lines.flatMap(about));
  const used = new Set(
    lines.flatMap((line) => [...line.written, ...line.operands]).filter((each) => typeof each === "string").flatMap((each) => {
      const line = page.program.bySymbol.get(String(each));
      return line && line.kind !== "value" ? about(line) : [String(each)];
    }),
  );
  for (const [symbols, name] of /** @type {[Set<string>, string][]} */ ([[used, "used"], [lit, "lit"]])) {
    for (const symbol of symbols) {
      for (const unit of unitsOf(symbol)) {
        elementsOf(unit).forEach((each) => each.classList.add(name));
      }
    }
  }
  const nodes = new Map(graphSymbols().map((symbol, place) => [symbol, place]));
  /** @param {string} symbol @param {string} name */
  const node = (symbol, name) => document.getElementById(`node-${page.graph}-${nodes.get(symbol)}`)?.classList.add(name);
  used.forEach((symbol) => lit.has(symbol) || node(symbol, "used"));
  lit.forEach((symbol) => node(symbol, "lit"));
  for (const line of lines) {
    if (line.kind === "value") {
      node(line.symbol, "lit");
      const place = nodes.get(line.symbol);
      graphEdges().forEach(([edge, , to]) => to === place && edge.classList.add("lit"));
    } else if (line.kind === "partial" || line.kind === "contribution" || line.kind === "gradient") {
      edgesBetween(nodes, line.kind === "gradient" ? "" : line.above, line.below).forEach((edge) => edge.classList.add("lit"));
    }
  }
  if (page.chosen) {
    for (const unit of unitsOf(page.chosen)) {
      elementsOf(unit).forEach((each) => each.classList.add("chosen"));
    }
    node(page.chosen, "chosen");
  }
}

/** The edges of the graph that is shown, and the places of the nodes that they lead from and to. */
function graphEdges() {
  return [...document.querySelectorAll(`[id^="edge-${page.graph}-"]`)].map((edge) => {
    const [, , from, to] = edge.id.split("-").map(Number);
    return /** @type {[Element, number, number]} */ ([edge, from, to]);
  });
}

/**
 * The edges of the graph out of a node, to another quantity if it is said which.
 * @param {Map<string, number>} nodes
 * @param {string} above
 * @param {string} below
 */
function edgesBetween(nodes, above, below) {
  const place = nodes.get(below);
  const symbols = graphSymbols();
  return graphEdges()
    .filter(([, from, to]) => from === place && (!above || symbols[to] === above || symbols[to].startsWith(`${above}:`)))
    .map(([edge]) => edge);
}

/** Bring what is lit into view, where the picture is larger than its place. */
function scrollToLit() {
  for (const frame of document.querySelectorAll(".picture")) {
    const lit = frame.querySelector(".lit");
    if (lit && frame.scrollWidth > frame.clientWidth) {
      const box = lit.getBoundingClientRect();
      const outer = frame.getBoundingClientRect();
      if (box.left < outer.left || box.right > outer.right) {
        frame.scrollLeft += (box.left + box.right) / 2 - (outer.left + outer.right) / 2;
      }
      if (box.top < outer.top || box.bottom > outer.bottom) {
        frame.scrollTop += (box.top + box.bottom) / 2 - (outer.top + outer.bottom) / 2;
      }
    }
  }
}

/** What a unit or a node that was clicked stands for. @param {Element} target @returns {string} */
function symbolAt(target) {
  const node = target.closest('[id^="node-"]');
  if (node) {
    const symbol = graphSymbols()[Number(node.id.split("-")[2])];
    const line = page.program.bySymbol.get(symbol);
    return line?.detail ? line.block.slice(2) : symbol;
  }
  const unit = target.closest('[id^="unit-"], [id^="line-"]');
  if (!unit) {
    return "";
  }
  const [role, layer, neuron, input] = unit.id.slice(5).split("-");
  if (role === "error") {
    return page.program.root;
  }
  const kind = role === "neuron" ? (target.classList.contains("net") ? "net" : "out") : role;
  const example = kind === "weight" || kind === "bias" ? 0 : page.example;
  return page.places.get([kind, layer, neuron, input || 0, example].join("-")) || "";
}
