// @ts-check
// The program of the step: put together, run, trained.

/**
 * @param {RawLine} raw
 * @param {string} block
 * @returns {Line}
 */
function lineOf(raw, block) {
  const [symbol, kind, number, operands, template, written, above, below] = raw;
  const detail = kind === "value" && block !== `f:${symbol}`;
  return { symbol, kind, compute: functions[number], operands, template, written, above, below, block, detail };
}

/**
 * The program with an error and activations of one's choice.
 * @param {string} loss
 * @param {string[]} activations
 * @returns {Program}
 */
function composed(loss, activations) {
  const choice = content.losses[loss];
  const blocks = { ...content.blocks, ...(choice ? choice.blocks : {}) };
  activations.forEach((name, layer) => Object.assign(blocks, content.activations[layer][name]));
  const order = (choice && choice.order) || content.order;
  const lines = order.flatMap((block) => blocks[block].map((raw) => lineOf(raw, block)));
  const bySymbol = new Map(lines.map((line) => [line.symbol, line]));
  const root = choice ? choice.root : content.root;
  const tags = { ...content.tags, ...(choice ? choice.tags : {}) };
  const updates = Object.values(content.updates);
  const shown = new Set([root, ...updates]);
  for (const line of lines) {
    const role = line.below in tags ? tags[line.below][0] : "";
    if (line.kind === "change" || (line.kind === "gradient" && isAskedFor(line.below, role, updates.length > 0))) {
      shown.add(line.symbol);
    }
  }
  return {
    lines,
    bySymbol,
    root,
    tags,
    timeline: leadingTo(lines, bySymbol, shown),
    training: leadingTo(lines, bySymbol, new Set([root, ...updates])),
    guards: [...content.guards, ...(choice ? choice.guards : [])],
  };
}

/**
 * Whether the derivative by a given number is a result of the step.
 * @param {string} symbol
 * @param {string} role
 * @param {boolean} updated  whether anything is updated
 */
function isAskedFor(symbol, role, updated) {
  return role === "weight" || role === "bias" || symbol in content.updates || (!updated && isGiven(symbol));
}

/** @param {string} symbol */
function isGiven(symbol) {
  return content.given.some((each) => each.symbol === symbol);
}

/**
 * The lines that some numbers depend on, in order.
 * @param {Line[]} lines
 * @param {Map<string, Line>} bySymbol
 * @param {Set<string>} wanted
 */
function leadingTo(lines, bySymbol, wanted) {
  const needed = new Set();
  const waiting = [...wanted];
  while (waiting.length) {
    const symbol = /** @type {string} */ (waiting.pop());
    const line = bySymbol.get(symbol);
    if (line && !needed.has(symbol)) {
      needed.add(symbol);
      for (const each of [...line.operands, ...line.written]) {
        if (typeof each === "string") {
          waiting.push(each);
        }
      }
    }
  }
  return lines.filter((line) => needed.has(line.symbol));
}

/**
 * The number of a line.
 * @param {Numeric} compute
 * @param {Operand[]} operands
 * @param {Numbers} numbers
 */
function evaluated(compute, operands, numbers) {
  return compute(...operands.map((each) => (typeof each === "number" ? each : /** @type {number} */ (numbers.get(each)))));
}

/**
 * The numbers of some lines; what comes after a line that has none is left out.
 * @param {Program} program
 * @param {Line[]} lines
 * @param {Numbers} given
 * @returns {Run}
 */
function run(program, lines, given) {
  const numbers = new Map(given);
  let problem = "";
  let refused = "";
  for (const line of lines) {
    if (line.operands.every((each) => typeof each === "number" || numbers.has(each))) {
      try {
        numbers.set(line.symbol, evaluated(line.compute, line.operands, numbers));
      } catch (error) {
        if (!(error instanceof NoValue)) {
          throw error;
        }
        problem = problem || `${plain(line.symbol)} has no result: ${error.message}`;
      }
    }
  }
  for (const guard of program.guards) {
    if (!refused && guard.operands.every((each) => numbers.has(each))) {
      const holds = Boolean(evaluated(functions[guard.function], guard.operands, numbers));
      if (holds !== guard.holds) {
        refused = `this page computes nothing here: ${guard.says}`;
      }
    }
  }
  return refused ? { numbers: new Map(given), problem: refused } : { numbers, problem };
}

/**
 * What training has come to: the given numbers of each round, and its error.
 */
class Training {
  /**
   * @param {Program} program
   * @param {Map<string, number>} edits  by round and symbol, as "1:w5"
   */
  constructor(program, edits) {
    this.program = program;
    this.edits = edits;
    /** @type {Numbers[]} */
    this.given = [];
    /** @type {number[]} */
    this.errors = [];
    this.problem = "";
  }

  /**
   * The given numbers of a round, from 1; those of the last that could be computed if training stops before.
   * @param {number} round
   * @returns {Numbers}
   */
  at(round) {
    if (!this.given.length) {
      this.given.push(this.edited(1, new Map(content.given.map((each) => [each.symbol, each.value]))));
    }
    while (this.given.length < round && !this.problem) {
      const before = this.given[this.given.length - 1];
      const { numbers, problem } = run(this.program, this.program.training, before);
      const after = new Map(before);
      for (const [symbol, by] of Object.entries(content.updates)) {
        const number = numbers.get(by);
        if (problem || number === undefined || !Number.isFinite(number)) {
          const why = problem || `${plain(by)} would be ${number}`;
          this.problem = `training stops at step ${this.given.length}: ${why}`;
          return before;
        }
        after.set(symbol, number);
      }
      this.errors[this.given.length - 1] = numbers.get(this.program.root) ?? NaN;
      this.given.push(this.edited(this.given.length + 1, after));
    }
    return this.given[Math.min(round, this.given.length) - 1];
  }

  /**
   * @param {number} round
   * @param {Numbers} numbers
   */
  edited(round, numbers) {
    for (const [key, number] of this.edits) {
      const [when, symbol] = splitKey(key);
      if (when === round) {
        numbers.set(symbol, number);
      }
    }
    return numbers;
  }

  /** How many rounds could be computed. */
  get rounds() {
    return this.given.length;
  }
}

/**
 * @param {string} key
 * @returns {[number, string]}
 */
function splitKey(key) {
  const colon = key.indexOf(":");
  return [Number(key.slice(0, colon)), key.slice(colon + 1)];
}
