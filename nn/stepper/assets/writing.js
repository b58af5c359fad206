// @ts-check
// Numbers and formulas as they are shown.

/**
 * A number to some significant digits, as Python's format "g" has it, with a minus sign for a hyphen.
 * @param {number | undefined} number
 * @param {number} digits
 */
function decimal(number, digits) {
  if (number === undefined) {
    return "—";
  }
  if (!Number.isFinite(number)) {
    return Number.isNaN(number) ? "NaN" : number < 0 ? "−∞" : "∞";
  }
  if (number === 0) {
    return "0";
  }
  const [mantissa, exponent] = Math.abs(number).toExponential(Math.min(digits, 17) - 1).split("e");
  const power = Number(exponent);
  const sign = number < 0 ? "−" : "";
  if (power < -4 || power >= Math.max(digits, 16)) {
    return `${sign}${trimmed(mantissa)}e${power < 0 ? "−" : ""}${Math.abs(power)}`;
  }
  return sign + trimmed(Math.abs(number).toFixed(Math.min(Math.max(digits - 1 - power, 0), 100)));
}

/** @param {string} text */
function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/**
 * A number in MathML, in brackets if it has a sign or a power of ten and stands among others.
 * @param {number | undefined} number
 * @param {number} digits
 * @param {boolean} alone
 */
function numberInMathML(number, digits, alone) {
  const [mantissa, power] = decimal(number, digits).split("e");
  const negative = mantissa.startsWith("−");
  let text = `<mn>${negative ? mantissa.slice(1) : mantissa}</mn>`;
  if (power) {
    text += `<mo>·</mo><msup><mn>10</mn><mn>${power}</mn></msup>`;
  }
  if (negative) {
    text = `<mo form="prefix">−</mo>${text}`;
  }
  return alone || !(negative || power) ? text : `<mrow><mo stretchy="false">(</mo>${text}<mo stretchy="false">)</mo></mrow>`;
}

/** A number that a person typed: NaN if it is none. @param {string} text */
function typed(text) {
  const clean = text.trim().replace(/−/g, "-").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(clean) ? Number(clean) : NaN;
}

const PLACE = 0xe000;

/**
 * A template with something in the place of each operand.
 * @param {number} template
 * @param {(index: number) => string} piece
 */
function filled(template, piece) {
  const text = content.templates[template];
  return text.replace(/(<msup><mrow>)?([\ue000-\uf8ff])/g, (_, base, place) => {
    const written = piece(place.charCodeAt(0) - PLACE);
    if (!base) {
      return written;
    }
    const raised = written.endsWith("</msup>") || written.endsWith("</msubsup>");
    return base + (raised ? `<mo stretchy="false">(</mo>${written}<mo stretchy="false">)</mo>` : written);
  });
}

/**
 * What the notation shown calls a quantity: in MathML (0), as text (1), or by its symbol (2); "" if it does not.
 * @param {string} symbol
 * @param {0 | 1 | 2} kind
 * @returns {string}
 */
function called(symbol, kind) {
  const name = page.notation.names[symbol];
  if (name) {
    return name[kind];
  }
  const text = content.composed.names[symbol]?.[kind] ?? "";
  return text.replace(/[\ue100-\uf8ff]/g, (place) => called(content.composed.symbols[place.charCodeAt(0) - 0xe100], kind));
}

/** The name of a quantity as text. @param {string} symbol */
function plain(symbol) {
  return called(symbol, 1) || symbol;
}

/** The name of a quantity in MathML. @param {string} symbol */
function named(symbol) {
  return called(symbol, 0) || "<mtext>?</mtext>";
}

/**
 * A number of the file's notation as that of the notation shown, or the other way round.
 * @param {string} symbol
 * @param {number | undefined} number
 */
function inNotation(symbol, number) {
  return number !== undefined && page.negative.has(symbol) ? -number + 0 : number;
}

/**
 * The formula of a line with symbols.
 * @param {Line} line
 */
function withSymbols(line) {
  if (line.detail) {
    return named(line.symbol);
  }
  const [template, operands] = page.notation.lines[line.symbol] || [line.template, line.written];
  return filled(template, (index) => named(String(operands[index])));
}

/**
 * The formula of a line with numbers.
 * @param {Line} line
 * @param {Numbers} numbers
 */
function withNumbers(line, numbers) {
  const other = line.detail ? undefined : page.notation.lines[line.symbol];
  const [template, operands] = other || [line.template, line.written];
  const alone = content.templates[template].length === 1;
  return filled(template, (index) => {
    const symbol = String(operands[index]);
    const number = numbers.get(symbol);
    return numberInMathML(line.detail ? number : inNotation(symbol, number), page.digits, alone);
  });
}

/**
 * An element of MathML, to be set as HTML: names and templates in it were escaped when the page was written.
 * @param {string} inside
 * @param {boolean} [block]
 */
function math(inside, block) {
  return `<math${block ? ' display="block"' : ""}><mrow>${inside}</mrow></math>`;
}

/** @type {Record<string, string>} */
const KINDS = {
  value: "forward",
  partial: "backward: a factor",
  contribution: "backward: a contribution",
  gradient: "backward",
  change: "update: the change",
  update: "update",
};

/** @type {Record<string, string>} */
const ROLES = {
  input: "input", target: "target", weight: "weight", bias: "bias", net: "net input", out: "output",
  part: "part of the error", error: "error",
};
