// @ts-check
// The derivative of the error by any quantity, along every path, and by the δ above.

const MOST_PATHS = 16;

/**
 * The uses of a quantity: what is computed from it, and the line whose number is the factor on the way down.
 * @param {string} below
 * @returns {{above: string, factor: string}[]}
 */
function usesOf(below) {
  const { lines, root } = page.program;
  const partials = lines.filter((line) => line.kind === "partial" && line.below === below);
  const found = partials.map((line) => ({ above: line.above, factor: line.symbol }));
  const direct = lines.find((line) => line.kind === "contribution" && line.below === below && line.above === root);
  const gradient = page.gradients.get(below);
  if (direct) {
    found.push({ above: root, factor: direct.symbol });
  } else if (!found.length && gradient !== undefined && below !== root) {
    found.push({ above: root, factor: gradient });
  }
  return found.filter((use) => use.above === root || page.gradients.has(use.above));
}

/**
 * The factors along each path from the error down to a quantity, and how many more there are.
 * @param {string} below
 */
function pathsTo(below) {
  /** @type {string[][]} */
  const found = [];
  let more = false;
  /** @type {[string, string[]][]} */
  const waiting = [[below, []]];
  while (waiting.length) {
    const [symbol, factors] = /** @type {[string, string[]]} */ (waiting.pop());
    if (symbol === page.program.root) {
      if (found.length === MOST_PATHS) {
        more = true;
        break;
      }
      found.push(factors);
      continue;
    }
    for (const use of usesOf(symbol).reverse()) {
      waiting.push([use.above, [use.factor, ...factors]]);
    }
  }
  return { paths: found, more };
}

/** A factor's own name: the derivative of one quantity by another. @param {string} symbol */
function factorName(symbol) {
  const line = page.program.bySymbol.get(symbol);
  if (!line || line.kind === "partial") {
    return named(symbol);
  }
  return `<mfrac><mrow><mi>∂</mi>${named(page.program.root)}</mrow><mrow><mi>∂</mi>${named(line.below)}</mrow></mfrac>`;
}

/** @param {string} symbol */
function explainSymbol(symbol) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("explanation"));
  const body = byId("explanation-body");
  body.textContent = "";
  const gradient = page.gradients.get(symbol);
  const numbers = page.run.numbers;
  byId("explanation-title").textContent = `The derivative of ${plain(page.program.root)} with respect to ${plain(symbol)}`;
  /** @param {string} text */
  const paragraph = (text) => {
    const element = document.createElement("p");
    element.textContent = text;
    body.append(element);
  };
  /** @param {string[]} pieces */
  const formula = (...pieces) => {
    const element = document.createElement("p");
    element.className = "formula";
    // a number alone needs not be put in and computed
    element.innerHTML = pieces.filter((piece, place) => piece !== pieces[place - 1]).map((piece) => math(piece)).join(" ");
    body.append(element);
  };
  /** @param {string} of */
  const number = (of) => numberInMathML(inNotation(of, numbers.get(of)), page.digits, true);
  /** @param {string} of */
  const inside = (of) => numberInMathML(inNotation(of, numbers.get(of)), page.digits, false);
  if (gradient === undefined) {
    paragraph(`${plain(page.program.root)} does not depend on it.`);
  } else {
    const line = page.program.bySymbol.get(gradient);
    if (line) {
      paragraph(page.program.tags[symbol]?.[0] === "net" ? "As δ:" : "By the derivatives above it:");
      formula(named(gradient), `<mo>=</mo>${withSymbols(line)}`, `<mo>=</mo>${withNumbers(line, numbers)}`, `<mo>=</mo>${number(gradient)}`);
    }
    const { paths, more } = pathsTo(symbol);
    paragraph(paths.length > 1 ? `Along ${more ? "the first " : ""}${paths.length} paths:` : "Along the path:");
    const factors = new Set();
    let total = 0;
    paths.forEach((path, place) => {
      const share = path.reduce((product, each) => product * Number(inNotation(each, numbers.get(each))), 1);
      total += share;
      path.forEach((each) => factors.add(each));
      formula(
        `<mo>${place ? "+" : "="}</mo>${path.map(factorName).join("<mo>·</mo>") || "<mn>1</mn>"}`,
        `<mo>=</mo>${path.map(inside).join("<mo>·</mo>") || "<mn>1</mn>"}`,
        `<mo>=</mo>${numberInMathML(share, page.digits, true)}`,
      );
    });
    if (more) {
      paragraph("and along more paths");
    } else if (paths.length > 1) {
      paragraph(`together ${decimal(total, page.digits)}`);
    }
    if (factors.size) {
      paragraph("where");
    }
    for (const each of factors) {
      const factor = page.program.bySymbol.get(each);
      if (factor) {
        formula(factorName(each), `<mo>=</mo>${withSymbols(factor)}`, `<mo>=</mo>${withNumbers(factor, numbers)}`, `<mo>=</mo>${number(each)}`);
      }
    }
  }
  dialog.showModal();
}
