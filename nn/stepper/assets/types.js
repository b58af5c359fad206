// @ts-check
// What the page is given: written by nn/stepper/content.py.

/** @typedef {string | number} Operand  the symbol of another number, or a number */

/**
 * A line of the program: symbol, kind, number of the function, its operands, number of the template, the operands
 * written in it, and of derivatives what is differentiated and by what.
 * @typedef {[string, string, number, Operand[], number, Operand[], string, string]} RawLine
 */

/**
 * @typedef {object} Line
 * @property {string} symbol
 * @property {string} kind  value, partial, contribution, gradient, change or update
 * @property {Numeric} compute
 * @property {Operand[]} operands
 * @property {number} template
 * @property {Operand[]} written
 * @property {string} above
 * @property {string} below
 * @property {string} block
 * @property {boolean} detail  whether it is a single operation on the way to a named quantity
 */

/** @typedef {[string, number, number, number | null, number, string]} Tag  role, layer, neuron, input, example, name */

/** @typedef {{function: number, operands: string[], holds: boolean, says: string}} Guard */

/** @typedef {{name: string, says: string, lines: Record<string, [number, Operand[]]>}} Mistake */

/** @typedef {[string, string, string]} Name  in MathML, as text, and as a symbol */

/**
 * @typedef {object} Notation
 * @property {string} name  "" for that of the file
 * @property {string} label
 * @property {Record<string, Name>} names  of those whose names do not follow from others
 * @property {string[]} negative  what it writes with the other sign
 * @property {Record<string, [number, Operand[]]>} lines  what it writes otherwise
 */

/**
 * @typedef {object} Choice
 * @property {Record<string, RawLine[]>} blocks
 * @property {string[]} [order]
 * @property {Record<string, Tag>} tags
 * @property {Guard[]} guards
 * @property {string} root
 * @property {number} [graph]  the number of the graph of its named quantities, -1 if it is too large
 */

/**
 * @typedef {object} Content
 * @property {string} name
 * @property {string} title
 * @property {string} kind  network or formulas
 * @property {string} root
 * @property {string} rate
 * @property {{symbol: string, value: number, fixed?: boolean}[]} given
 * @property {string[]} order
 * @property {Record<string, RawLine[]>} blocks
 * @property {Record<string, string>} updates
 * @property {Record<string, Tag>} tags
 * @property {Record<string, Choice>} losses
 * @property {Record<string, Record<string, RawLine[]>>[]} activations
 * @property {Guard[]} guards
 * @property {string} head
 * @property {string[]} [layers]
 * @property {string} [loss]
 * @property {boolean} [update_biases]
 * @property {{layers: {weights: string[][], bias: string | string[] | null}[],
 *   examples: {inputs: string[], targets: string[]}[], bias_sign: number}} [file]
 * @property {string[]} [parameters]
 * @property {Notation[]} notations
 * @property {Mistake[]} mistakes
 * @property {string[]} templates
 * @property {{names: Record<string, Name>, symbols: string[]}} composed  names with places for others, from U+E100
 * @property {string[][]} graphs  of each graph, the symbols of its nodes, by their numbers
 * @property {number} graph  the number of that of the file's own error and activations, -1 if there is none
 */

/**
 * @typedef {object} Program
 * @property {Line[]} lines
 * @property {Map<string, Line>} bySymbol
 * @property {Line[]} timeline  the lines that are stepped through
 * @property {Line[]} training  those that an update needs
 * @property {Guard[]} guards
 * @property {Record<string, Tag>} tags
 * @property {string} root
 */

/** @typedef {Map<string, number>} Numbers */

/** @typedef {{numbers: Numbers, problem: string}} Run */

/** @type {Content} */
const content = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("content")).textContent || "");
