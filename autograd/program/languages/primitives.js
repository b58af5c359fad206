// @ts-check
// What the texts of the table call, with Python's meaning: an error where Python raises one. Elementary functions
// are those of Math; what Math lacks stands here.

/** @typedef {(...operands: number[]) => number} Numeric */

/** Where Python's float or math raises an error. */
class NoValue extends Error {}

/**
 * A function of Math that raises where Python's does: where numbers that are finite give one that is not,
 * or numbers give none.
 * @param {string} name
 * @param {Numeric} compute
 * @returns {Numeric}
 */
function raising(name, compute) {
  return (...operands) => {
    const result = compute(...operands);
    if (!Number.isFinite(result)) {
      if (Number.isNaN(result) ? !operands.some(Number.isNaN) : operands.every(Number.isFinite)) {
        throw new NoValue(Number.isNaN(result) ? `${name}: math domain error` : `${name}: math range error`);
      }
    }
    return result;
  };
}

/**
 * A function, or another one where the first raises.
 * @param {Numeric} compute
 * @param {Numeric} otherwise
 * @returns {Numeric}
 */
function orElse(compute, otherwise) {
  return (...operands) => {
    try {
      return compute(...operands);
    } catch (error) {
      if (error instanceof NoValue) {
        return otherwise(...operands);
      }
      throw error;
    }
  };
}

/**
 * Python's %, which has the sign of the divisor.
 * @param {number} x
 * @param {number} y
 */
function remainder(x, y) {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/**
 * A product and what rounding took from it (Dekker, Numer. Math. 18, 1971).
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
function exactProduct(x, y) {
  const product = x * y;
  const xHead = 134217729 * x - (134217729 * x - x);
  const yHead = 134217729 * y - (134217729 * y - y);
  const xTail = x - xHead;
  const yTail = y - yHead;
  return [product, xTail * yTail - (product - xHead * yHead - xTail * yHead - xHead * yTail)];
}

/**
 * A power: small whole exponents by multiplication in twice the precision, others by Math.pow.
 * @param {number} x
 * @param {number} y
 */
function power(x, y) {
  if (y === 2) {
    return x * x;
  }
  const size = Math.abs(x);
  if (Number.isInteger(y) && y > 2 && y <= 16 && size > 1e-18 && size < 1e18) {
    let [head, tail] = exactProduct(x, x);
    for (let times = 2; times < y; times += 1) {
      const [product, lost] = exactProduct(head, x);
      const rest = lost + tail * x;
      head = product + rest;
      tail = product - head + rest;
    }
    return head;
  }
  return x === 1 || y === 0 ? 1 : x === -1 && Math.abs(y) === Infinity ? 1 : Math.pow(x, y);
}

/**
 * exp(-x²), the leading digits of x squared exactly.
 * @param {number} x
 */
function bell(x) {
  const head = x + 6442450944 - 6442450944; // 20 binary digits after the point
  return Math.exp(-head * head) * Math.exp((head - x) * (head + x));
}

/**
 * erf by its series with positive terms (DLMF, 7.6.2).
 * @param {number} x
 */
function erfSeries(x) {
  let term = x;
  let sum = 0;
  for (let n = 0; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n += 1) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * bell(x) * sum;
}

/**
 * erfc of an x of at least 0.5, by its continued fraction (DLMF, 7.9.1).
 * @param {number} x
 */
function erfcFraction(x) {
  if (x > 27.3) {
    return 0;
  }
  let rest = x;
  for (let n = Math.ceil(40 + 300 / (x * x)); n > 0; n -= 1) {
    rest = x + n / 2 / rest;
  }
  return bell(x) / rest / Math.sqrt(Math.PI);
}

/** @param {number} x */
function erf(x) {
  if (Number.isNaN(x) || x === 0) {
    return x;
  }
  return Math.abs(x) < 1 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}

/** @param {number} x */
function erfc(x) {
  if (Number.isNaN(x)) {
    return x;
  }
  return x < 0.5 ? 1 - erf(x) : erfcFraction(x);
}

/** @param {number} x */
function exp2(x) {
  return Math.pow(2, x);
}

/**
 * Copies the sign of y, that of a zero too.
 * @param {number} x
 * @param {number} y
 */
function copysign(x, y) {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

/** @type {Record<string, Numeric>} */
const strict = {
  // Python's built-in functions: of equal numbers, or of NaN, the first
  abs: Math.abs,
  max: (x, y) => (y > x ? y : x),
  min: (x, y) => (y < x ? y : x),
  copysign,
  erf,
  erfc,
  pow: (x, y) => {
    if (x === 0 && y < 0) {
      throw new NoValue("zero to a negative power");
    }
    const result = power(x, y);
    if (Number.isNaN(result) && !Number.isNaN(x) && !Number.isNaN(y)) {
      throw new NoValue("not a real number");
    }
    if (Math.abs(result) === Infinity && Number.isFinite(x) && Number.isFinite(y)) {
      throw new NoValue("result too large");
    }
    return result;
  },
  div: (x, y) => {
    if (y === 0) {
      throw new NoValue("division by zero");
    }
    return x / y;
  },
  exp2: raising("exp2", exp2),
  atan2: Math.atan2,
};
for (const [name, compute] of Object.entries({
  exp: Math.exp, expm1: Math.expm1, log: Math.log, log1p: Math.log1p, log2: Math.log2, log10: Math.log10,
  sqrt: Math.sqrt, cbrt: Math.cbrt, sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin,
  acos: Math.acos, atan: Math.atan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh,
  acosh: Math.acosh, atanh: Math.atanh,
})) {
  strict[name] = raising(name, compute);
}

/** @type {Record<string, Numeric>} */
const ieee = { copysign };
