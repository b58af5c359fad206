// @ts-check
// Predict mode: what is typed is right, right from one's own numbers, or a slip that has a name.

/**
 * @typedef {object} Verdict
 * @property {"right" | "follows" | "slip" | "short" | "wrong" | "none"} kind
 * @property {string} says
 */

/**
 * Whether a text is a number rounded: off by half a unit of its last digit at most.
 * @param {string} text
 * @param {number} number
 */
function agrees(text, number) {
  const clean = text.trim().replace(/−/g, "-").replace(",", ".").toLowerCase();
  const [mantissa, exponent] = clean.split("e");
  const decimals = (mantissa.split(".")[1] || "").length;
  const unit = 10 ** (Number(exponent || 0) - decimals);
  return Math.abs(typed(text) - number) <= unit * 0.5000001 + Math.abs(number) * 1e-15;
}

/** How many significant digits a text has. @param {string} text */
function significant(text) {
  return text.toLowerCase().split("e")[0].replace(/[^0-9]/g, "").replace(/^0+/, "").length;
}

/**
 * Judge an answer.
 * @param {Line} line  the line whose number is asked for
 * @param {string} text  what was typed
 * @param {Numbers} numbers  the right numbers
 * @param {Numbers} own  earlier answers that were not right
 * @returns {Verdict}
 */
function judged(line, text, numbers, own) {
  const answer = typed(text);
  if (Number.isNaN(answer)) {
    return { kind: "none", says: `${JSON.stringify(text)} is no number` };
  }
  /** @param {number | undefined} number */
  const is = (number) => number !== undefined && agrees(text, Number(inNotation(line.symbol, number)));
  const right = /** @type {number} */ (numbers.get(line.symbol));
  const enough = significant(text) >= 3 || answer === inNotation(line.symbol, right);
  if (is(right)) {
    return enough ? { kind: "right", says: "Right." } : { kind: "short", says: "Right so far: give three significant digits." };
  }
  const mixed = new Map([...numbers, ...own]);
  const uses = line.written.some((each) => own.has(String(each)));
  for (const each of page.program.lines.filter((other) => other.detail && other.block === line.block)) {
    const number = tried(each.compute, each.operands, mixed);
    if (number !== undefined) {
      mixed.set(each.symbol, number);
    }
  }
  if (enough && uses && is(tried(line.compute, line.operands, mixed))) {
    return { kind: "follows", says: "Right from your own number, which was not right." };
  }
  const base = baseLines.get(line.symbol);
  const unchanged = base && base.compute === line.compute && String(base.operands) === String(line.operands);
  if (enough) {
    for (const mistake of unchanged ? content.mistakes : []) {
      const other = mistake.lines[line.symbol];
      if (other) {
        const [number, operands] = other;
        if (is(tried(functions[number], operands, numbers))) {
          return { kind: "slip", says: `Not right: ${mistake.says}.` };
        }
        if (uses && is(tried(functions[number], operands, mixed))) {
          return { kind: "slip", says: `Not right: ${mistake.says}; and it goes on from your own number.` };
        }
      }
    }
    if (right !== 0 && is(-right)) {
      return { kind: "slip", says: "Not right: the sign is the other one." };
    }
    const same = page.program.timeline.find(
      (other) => other.kind === line.kind && !other.detail && other.symbol !== line.symbol && is(numbers.get(other.symbol)),
    );
    if (same) {
      return { kind: "slip", says: `Not right: that is ${plain(same.symbol)}.` };
    }
  }
  return { kind: "wrong", says: "Not right." };
}

/** The lines as the file has them, which the mistakes were written for. @type {Map<string, Line>} */
const baseLines = new Map(
  Object.entries(content.blocks).flatMap(([block, lines]) =>
    lines.map((raw) => /** @type {[string, Line]} */ ([raw[0], lineOf(raw, block)])),
  ),
);

/**
 * @param {Numeric} compute
 * @param {Operand[]} operands
 * @param {Numbers} numbers
 */
function tried(compute, operands, numbers) {
  try {
    return evaluated(compute, operands, numbers);
  } catch (error) {
    if (error instanceof NoValue) {
      return undefined;
    }
    throw error;
  }
}
