/* Generated from the table by tools/engine.py. */

/* --- functions that C lacks ---------------------------------------------------- */

/* autograd.special.gaussian: exp(-x²/2), without the x²/2 ulp that rounding x² would cost. */
static double
special_gaussian(double x, bool *failed)
{
    if (fabs(x) > 39.0) {
        return 0.0;
    }
    const double head = x + 6442450944.0 - 6442450944.0;
    const double leading = real(exp(-0.5 * head * head), failed);
    return leading + leading * real(expm1(0.5 * (head - x) * (head + x)), failed);
}

/* autograd.special.normal_cdf: The standard normal distribution function Φ(x) = erfc(-x/√2) / 2. */
static double
special_normal_cdf(double x, bool *failed)
{
    if (x <= -39.0) {
        return 0.0;
    }
    if (x >= 9.0) {
        return 1.0;
    }
    const double z = -x * 0.7071067811865476;
    const double shifted = 134217729.0 * -x;
    const double head = shifted - (shifted + x);
    const double tail = -x - head;
    const double lost = head * 0.7071067839860916 - z + head * -2.7995440410322203e-09 + tail *
        0.7071067839860916 + tail * -2.7995440410322203e-09 - x * -4.833646656726457e-17;
    return 0.5 * (real(erfc(z), failed) - quotient(2.0, real(sqrt(3.141592653589793), failed), failed) *
        real(exp(-z * z), failed) * lost);
}

/* autograd.special.gelu: x·Φ(x), also where Φ(x) underflows before the product does. */
static double
special_gelu(double x, bool *failed)
{
    if (x >= -37.0) {
        return x * special_normal_cdf(x, failed);
    }
    const double t = quotient(1.0, x * x, failed);
    const double series = 1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t *
        (1.0 - 11.0 * t)))));
    return quotient(-special_gaussian(x, failed), real(sqrt(2.0 * 3.141592653589793), failed), failed) *
        series;
}

/* --- the value and the derivatives of each row ---------------------------------- */

/* x + y: sum. */
static inline double
value_add(double x, double y)
{
    return x + y;
}

static inline bool
row_add(double x, double y, uint32_t by, Result *result)
{
    const double out = value_add(x, y);
    result->out = out;
    if (by & BY_X) {
        result->dx = 1.0;
    }
    if (by & BY_Y) {
        result->dy = 1.0;
    }
    return true;
}

/* x - y: difference. */
static inline double
value_sub(double x, double y)
{
    return x - y;
}

static inline bool
row_sub(double x, double y, uint32_t by, Result *result)
{
    const double out = value_sub(x, y);
    result->out = out;
    if (by & BY_X) {
        result->dx = 1.0;
    }
    if (by & BY_Y) {
        result->dy = -1.0;
    }
    return true;
}

/* x * y: product. */
static inline double
value_mul(double x, double y)
{
    return x * y;
}

static inline bool
row_mul(double x, double y, uint32_t by, Result *result)
{
    const double out = value_mul(x, y);
    result->out = out;
    if (by & BY_X) {
        result->dx = y;
    }
    if (by & BY_Y) {
        result->dy = x;
    }
    return true;
}

/* x / y: quotient. */
static inline double
value_div(double x, double y, bool *failed)
{
    return quotient(x, y, failed);
}

static inline bool
row_div(double x, double y, uint32_t by, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_div(x, y, failed);
    result->out = out;
    if (by & BY_X) {
        result->dx = quotient(1.0, y, failed);
    }
    if (by & BY_Y) {
        result->dy = quotient(-out, y, failed);
    }
    return !failure;
}

/* -x: negation. */
static inline double
value_neg(double x)
{
    return -x;
}

static inline bool
row_neg(double x, Result *result)
{
    const double out = value_neg(x);
    result->out = out;
    result->dx = -1.0;
    return true;
}

/* +x: the number itself. */
static inline double
value_pos(double x)
{
    return +x;
}

static inline bool
row_pos(double x, Result *result)
{
    const double out = value_pos(x);
    result->out = out;
    result->dx = 1.0;
    return true;
}

/* x ** y: power; 0**0 is 1 with derivatives (0, 0). */
static inline double
value_pow(double x, double y, bool *failed)
{
    return power(x, y, failed);
}

static inline bool
row_pow(double x, double y, uint32_t by, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_pow(x, y, failed);
    result->out = out;
    if (by & BY_X) {
        result->dx = x == 0.0 ? (y == 0.0 ? real(sqrt(y), failed)
            : 0.0 < y && y < 1.0 ? quotient(quotient(1.0, y, failed), x + 0.0, failed)
            : y == 1.0 ? power(x, y - 1.0, failed) - real(sqrt(y - 1.0), failed)
            : (1.0 < y && y < 2.0) || y > 9007199254740992.0 ? power(x, y - 1.0, failed)
            : y * power(x, y - 1.0, failed))
            : 0.0 != y && y == y - 1.0 + 1.0 && y - 1.0 + 1.0 != y - 1.0 ? y * power(x, y - 1.0, failed)
            : (0.0 < out && out < INFINITY) && x < INFINITY ? quotient(y * out, x, failed)
            : out == 0.0 ? power(x, y - 1.0, failed)
            : x > 0.0 ? y * power(x, y - 1.0, failed)
            : -y * out;
    }
    if (by & BY_Y) {
        result->dy = x == 0.0 ? (y == 0.0 ? real(sqrt(x), failed)
            : y == 1.0 || y == 2.0 ? 0.0 - power(x, y - 0.5, failed)
            : 0.0 - power(x, y, failed))
            : x < INFINITY && (-INFINITY < y && y < INFINITY) ? out * real(log(x), failed)
            : x < 0.0 ? NAN
            : x < 1.0 ? -out
            : y == 0.0 || y == 1.0 || y == 2.0 ? power(x, y + 0.5, failed)
            : power(x, y, failed);
    }
    return !failure;
}

/* abs(x): absolute value. */
static inline double
value_abs(double x)
{
    return fabs(x);
}

static inline bool
row_abs(double x, Result *result)
{
    const double out = value_abs(x);
    result->out = out;
    result->dx = x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
    return true;
}

/* sign(x): 1, -1, or 0 at 0, where it jumps; its derivative is 0. */
static inline double
value_sign(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}

static inline bool
row_sign(double x, Result *result)
{
    const double out = value_sign(x);
    result->out = out;
    result->dx = x == x ? 0.0 : NAN;
    return true;
}

/* reciprocal(x): reciprocal. */
static inline double
value_reciprocal(double x, bool *failed)
{
    return quotient(1.0, x, failed);
}

static inline bool
row_reciprocal(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_reciprocal(x, failed);
    result->out = out;
    result->dx = -out * out;
    return !failure;
}

/* square(x): square. */
static inline double
value_square(double x, bool *failed)
{
    return x * x < INFINITY ? x * x : power(x, 2.0, failed);
}

static inline bool
row_square(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_square(x, failed);
    result->out = out;
    result->dx = 2.0 * x;
    return !failure;
}

/* sqrt(x): square root; its slope at 0 is infinite. */
static inline double
value_sqrt(double x, bool *failed)
{
    return real(sqrt(x), failed);
}

static inline bool
row_sqrt(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_sqrt(x, failed);
    result->out = out;
    result->dx = quotient(0.5, out + 0.0, failed);
    return !failure;
}

/* cbrt(x): cube root; its slope at 0 is infinite. */
static inline double
value_cbrt(double x, bool *failed)
{
    return real(cbrt(x), failed);
}

static inline bool
row_cbrt(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_cbrt(x, failed);
    result->out = out;
    result->dx = 5.934729841099874e-67 < out * out && out * out < INFINITY ? quotient(1.0, 2.0 *
        quotient(x, out, failed) + out * out, failed)
        : x == x + x ? quotient(quotient(quotient(1.0, out, failed), out, failed), 3.0, failed)
        : quotient(power(fabs(x), quotient(-2.0, 3.0, failed), failed) * power(fabs(x),
            quotient(quotient(-2.0, 3.0, failed), 1.8014398509481984e+16, failed), failed), 3.0,
            failed);
    return !failure;
}

/* exp(x): exponential. */
static inline double
value_exp(double x, bool *failed)
{
    return real(exp(x), failed);
}

static inline bool
row_exp(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_exp(x, failed);
    result->out = out;
    result->dx = out;
    return !failure;
}

/* expm1(x): exp(x) - 1, exact near 0. */
static inline double
value_expm1(double x, bool *failed)
{
    return real(expm1(x), failed);
}

static inline bool
row_expm1(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_expm1(x, failed);
    result->out = out;
    result->dx = real(exp(x), failed);
    return !failure;
}

/* exp2(x): power of 2. */
static inline double
value_exp2(double x, bool *failed)
{
    return real(exp2(x), failed);
}

static inline bool
row_exp2(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_exp2(x, failed);
    result->out = out;
    result->dx = out * 0.6931471805599453;
    return !failure;
}

/* log(x): natural logarithm. */
static inline double
value_log(double x, bool *failed)
{
    return real(log(x), failed);
}

static inline bool
row_log(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_log(x, failed);
    result->out = out;
    result->dx = quotient(1.0, x, failed);
    return !failure;
}

/* log1p(x): log(1 + x), exact near 0. */
static inline double
value_log1p(double x, bool *failed)
{
    return real(log1p(x), failed);
}

static inline bool
row_log1p(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_log1p(x, failed);
    result->out = out;
    result->dx = quotient(1.0, 1.0 + x, failed);
    return !failure;
}

/* log2(x): logarithm to base 2. */
static inline double
value_log2(double x, bool *failed)
{
    return real(log2(x), failed);
}

static inline bool
row_log2(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_log2(x, failed);
    result->out = out;
    result->dx = quotient(1.4426950408889634, x, failed);
    return !failure;
}

/* log10(x): logarithm to base 10. */
static inline double
value_log10(double x, bool *failed)
{
    return real(log10(x), failed);
}

static inline bool
row_log10(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_log10(x, failed);
    result->out = out;
    result->dx = quotient(0.43429448190325176, x, failed);
    return !failure;
}

/* sin(x): sine of radians. */
static inline double
value_sin(double x, bool *failed)
{
    return real(libm_sin(x), failed);
}

static inline bool
row_sin(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_sin(x, failed);
    result->out = out;
    result->dx = real(libm_cos(x), failed);
    return !failure;
}

/* cos(x): cosine of radians. */
static inline double
value_cos(double x, bool *failed)
{
    return real(libm_cos(x), failed);
}

static inline bool
row_cos(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_cos(x, failed);
    result->out = out;
    result->dx = -real(libm_sin(x), failed);
    return !failure;
}

/* tan(x): tangent of radians. */
static inline double
value_tan(double x, bool *failed)
{
    return real(tan(x), failed);
}

static inline bool
row_tan(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_tan(x, failed);
    result->out = out;
    result->dx = 1.0 + out * out;
    return !failure;
}

/* asin(x): inverse sine; its slope at ±1 is infinite. */
static inline double
value_asin(double x, bool *failed)
{
    return real(asin(x), failed);
}

static inline bool
row_asin(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_asin(x, failed);
    result->out = out;
    result->dx = x * x < 0.5 ? quotient(1.0, real(libm_cos(out), failed), failed)
        : x * x == 1.0 ? quotient(1.0, real(sqrt(1.0 - x * x), failed), failed)
        : quotient(1.0, real(sqrt((1.0 - x) * (1.0 + x)), failed), failed);
    return !failure;
}

/* acos(x): inverse cosine; its slope at ±1 is infinite. */
static inline double
value_acos(double x, bool *failed)
{
    return real(acos(x), failed);
}

static inline bool
row_acos(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_acos(x, failed);
    result->out = out;
    result->dx = x * x < 0.5 || x * x == 1.0 ? quotient(-1.0, real(sqrt(1.0 - x * x), failed), failed)
        : quotient(-1.0, real(sqrt((1.0 - x) * (1.0 + x)), failed), failed);
    return !failure;
}

/* atan(x): inverse tangent. */
static inline double
value_atan(double x, bool *failed)
{
    return real(atan(x), failed);
}

static inline bool
row_atan(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_atan(x, failed);
    result->out = out;
    result->dx = x * x < 2.0 ? 0.5 + 0.5 * real(libm_cos(2.0 * out), failed)
        : x * x < 1e+90 ? quotient(1.0, 1.0 + x * x, failed)
        : quotient(quotient(1.0, x, failed), x, failed);
    return !failure;
}

/* atan2(y, x): angle of the point (x, y). */
static inline double
value_atan2(double y, double x, bool *failed)
{
    return real(atan2(y, x), failed);
}

static inline bool
row_atan2(double y, double x, uint32_t by, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_atan2(y, x, failed);
    result->out = out;
    if (by & BY_X) {
        result->dx = (-1.25 * x < y && y < 1.25 * x) || (1.25 * x < y && y < -1.25 * x) ? quotient(1.0,
            x + y * quotient(y, x, failed), failed)
            : 4.909093465297727e-91 < y * y && y * y < 2.037035976334486e+90 ? quotient(x, x * x + y *
                y, failed)
            : (0.0 < y && y < INFINITY) || (-INFINITY < y && y < 0.0) ? quotient(quotient(x, y, failed),
                y + x * quotient(x, y, failed), failed)
            : 0.0 * out;
    }
    if (by & BY_Y) {
        result->dy = (-1.25 * y < x && x < 1.25 * y) || (1.25 * y < x && x < -1.25 * y) ? quotient(-1.0,
            y + x * quotient(x, y, failed), failed)
            : 4.909093465297727e-91 < x * x && x * x < 2.037035976334486e+90 ? quotient(-y, x * x + y *
                y, failed)
            : (0.0 < x && x < INFINITY) || (-INFINITY < x && x < 0.0) ? quotient(quotient(-y, x,
                failed), x + y * quotient(y, x, failed), failed)
            : 0.0 * out;
    }
    return !failure;
}

/* sinh(x): hyperbolic sine. */
static inline double
value_sinh(double x, bool *failed)
{
    return real(sinh(x), failed);
}

static inline bool
row_sinh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_sinh(x, failed);
    result->out = out;
    result->dx = real(cosh(x), failed);
    return !failure;
}

/* cosh(x): hyperbolic cosine. */
static inline double
value_cosh(double x, bool *failed)
{
    return real(cosh(x), failed);
}

static inline bool
row_cosh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_cosh(x, failed);
    result->out = out;
    result->dx = real(sinh(x), failed);
    return !failure;
}

/* tanh(x): hyperbolic tangent. */
static inline double
value_tanh(double x, bool *failed)
{
    return real(tanh(x), failed);
}

static inline bool
row_tanh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_tanh(x, failed);
    result->out = out;
    result->dx = out * out < 0.25 ? 1.0 - out * out
        : x > 0.0 ? quotient(2.0 * (1.0 + out) * real(exp(-2.0 * x), failed), 1.0 + real(exp(-2.0 * x),
            failed), failed)
        : quotient(2.0 * (1.0 - out) * real(exp(2.0 * x), failed), 1.0 + real(exp(2.0 * x), failed),
            failed);
    return !failure;
}

/* asinh(x): inverse hyperbolic sine. */
static inline double
value_asinh(double x, bool *failed)
{
    return real(asinh(x), failed);
}

static inline bool
row_asinh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_asinh(x, failed);
    result->out = out;
    result->dx = x * x < 1e+90 ? real(sqrt(quotient(1.0, 1.0 + x * x, failed)), failed)
        : x > 0.0 ? quotient(1.0, x, failed)
        : quotient(-1.0, x, failed);
    return !failure;
}

/* acosh(x): inverse hyperbolic cosine; its slope at 1 is infinite. */
static inline double
value_acosh(double x, bool *failed)
{
    return real(acosh(x), failed);
}

static inline bool
row_acosh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_acosh(x, failed);
    result->out = out;
    result->dx = quotient(quotient(1.0, real(sqrt(x - 1.0), failed), failed), real(sqrt(x + 1.0),
        failed), failed);
    return !failure;
}

/* atanh(x): inverse hyperbolic tangent. */
static inline double
value_atanh(double x, bool *failed)
{
    return real(atanh(x), failed);
}

static inline bool
row_atanh(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_atanh(x, failed);
    result->out = out;
    result->dx = x * x < 0.5 ? quotient(1.0, 1.0 - x * x, failed)
        : quotient(1.0, (1.0 - x) * (1.0 + x), failed);
    return !failure;
}

/* hypot(x, y): length of the vector (x, y), √(x² + y²). */
static inline double
value_hypot(double x, double y, bool *failed)
{
    return 1e-270 < x * x + y * y && x * x + y * y < INFINITY ? real(sqrt(x * x + y * y), failed)
        : fabs(x) == INFINITY || fabs(y) == INFINITY ? INFINITY
        : x * x + y * y == INFINITY ? 4.149515568880993e+180 * real(sqrt(quotient(x,
            4.149515568880993e+180, failed) * quotient(x, 4.149515568880993e+180, failed) + quotient(y,
            4.149515568880993e+180, failed) * quotient(y, 4.149515568880993e+180, failed)), failed)
        : quotient(real(sqrt(4.149515568880993e+180 * x * (4.149515568880993e+180 * x) +
            4.149515568880993e+180 * y * (4.149515568880993e+180 * y)), failed), 4.149515568880993e+180,
            failed);
}

static inline bool
row_hypot(double x, double y, uint32_t by, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_hypot(x, y, failed);
    result->out = out;
    if (by & BY_X) {
        result->dx = 1e-280 < out && out < 1e+307 ? (x > 0.65 * out ? 1.0 - quotient(y, out, failed) *
            quotient(y, out + x, failed)
            : x > -0.65 * out ? quotient(x, out, failed)
            : quotient(y, out, failed) * quotient(y, out - x, failed) - 1.0)
            : out == 0.0 ? 0.0
            : (-0.65 * out < x && x < 0.65 * out) && out > 1.0 ? quotient(x, out, failed)
            : -0.65 * out < x && x < 0.65 * out ? quotient(4.149515568880993e+180 * x,
                real(sqrt(4.149515568880993e+180 * x * (4.149515568880993e+180 * x) +
                4.149515568880993e+180 * y * (4.149515568880993e+180 * y)), failed), failed)
            : x > 0.0 ? real(sqrt(quotient(1.0, 1.0 + quotient(y, x, failed) * quotient(y, x, failed),
                failed)), failed)
            : -real(sqrt(quotient(1.0, 1.0 + quotient(y, x, failed) * quotient(y, x, failed), failed)),
                failed);
    }
    if (by & BY_Y) {
        result->dy = 1e-280 < out && out < 1e+307 ? (y > 0.65 * out ? 1.0 - quotient(x, out, failed) *
            quotient(x, out + y, failed)
            : y > -0.65 * out ? quotient(y, out, failed)
            : quotient(x, out, failed) * quotient(x, out - y, failed) - 1.0)
            : out == 0.0 ? 0.0
            : (-0.65 * out < y && y < 0.65 * out) && out > 1.0 ? quotient(y, out, failed)
            : -0.65 * out < y && y < 0.65 * out ? quotient(4.149515568880993e+180 * y,
                real(sqrt(4.149515568880993e+180 * x * (4.149515568880993e+180 * x) +
                4.149515568880993e+180 * y * (4.149515568880993e+180 * y)), failed), failed)
            : y > 0.0 ? real(sqrt(quotient(1.0, 1.0 + quotient(x, y, failed) * quotient(x, y, failed),
                failed)), failed)
            : -real(sqrt(quotient(1.0, 1.0 + quotient(x, y, failed) * quotient(x, y, failed), failed)),
                failed);
    }
    return !failure;
}

/* erf(x): error function. */
static inline double
value_erf(double x, bool *failed)
{
    return real(erf(x), failed);
}

static inline bool
row_erf(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_erf(x, failed);
    result->out = out;
    result->dx = 1.1283791670955126 * value_square(special_gaussian(x, failed), failed);
    return !failure;
}

/* erfc(x): 1 - erf(x), exact far out. */
static inline double
value_erfc(double x, bool *failed)
{
    return real(erfc(x), failed);
}

static inline bool
row_erfc(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_erfc(x, failed);
    result->out = out;
    result->dx = quotient(-2.0, 1.7724538509055159, failed) * value_square(special_gaussian(x, failed),
        failed);
    return !failure;
}

/* gaussian(x): exp(-x²/2). */
static inline double
value_gaussian(double x, bool *failed)
{
    return special_gaussian(x, failed);
}

static inline bool
row_gaussian(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_gaussian(x, failed);
    result->out = out;
    result->dx = out > 0.0 ? -x * out : quotient(-0.0, x, failed);
    return !failure;
}

/* normal_cdf(x): standard normal distribution function. */
static inline double
value_normal_cdf(double x, bool *failed)
{
    return special_normal_cdf(x, failed);
}

static inline bool
row_normal_cdf(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_normal_cdf(x, failed);
    result->out = out;
    result->dx = quotient(special_gaussian(x, failed), 2.5066282746310002, failed);
    return !failure;
}

/* sigmoid(x): logistic function 1/(1 + exp(-x)). */
static inline double
value_sigmoid(double x, bool *failed)
{
    return x >= 0.0 ? quotient(1.0, 1.0 + real(exp(-fabs(x)), failed), failed)
        : quotient(real(exp(-fabs(x)), failed), 1.0 + real(exp(-fabs(x)), failed), failed);
}

static inline bool
row_sigmoid(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_sigmoid(x, failed);
    result->out = out;
    result->dx = -1.0 < x && x < 1.0 ? quotient(0.5, 1.0 + real(cosh(x), failed), failed)
        : x < 0.0 ? out * (1.0 - out)
        : x < 40.0 ? quotient(out, 1.0 + real(exp(x), failed), failed)
        : real(exp(-x), failed);
    return !failure;
}

/* logsigmoid(x): log of the logistic function. */
static inline double
value_logsigmoid(double x, bool *failed)
{
    return lesser(x, 0.0) - real(log1p(real(exp(-fabs(x)), failed)), failed);
}

static inline bool
row_logsigmoid(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_logsigmoid(x, failed);
    result->out = out;
    result->dx = value_sigmoid(-x, failed);
    return !failure;
}

/* softplus(x): log(1 + exp(x)). */
static inline double
value_softplus(double x, bool *failed)
{
    return greater(x, 0.0) + real(log1p(real(exp(-fabs(x)), failed)), failed);
}

static inline bool
row_softplus(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_softplus(x, failed);
    result->out = out;
    result->dx = value_sigmoid(x, failed);
    return !failure;
}

/* relu(x): rectified linear unit. */
static inline double
value_relu(double x)
{
    return x <= 0.0 ? 0.0 : x;
}

static inline bool
row_relu(double x, Result *result)
{
    const double out = value_relu(x);
    result->out = out;
    result->dx = x <= 0.0 ? 0.0 : x > 0.0 ? 1.0 : NAN;
    return true;
}

/* leaky_relu(x, slope): rectified linear unit with a slope on the left. */
static inline double
value_leaky_relu(double x, double slope)
{
    return x > 0.0 ? x : slope * x;
}

static inline bool
row_leaky_relu(double x, double slope, uint32_t by, Result *result)
{
    const double out = value_leaky_relu(x, slope);
    result->out = out;
    if (by & BY_X) {
        result->dx = x > 0.0 ? 1.0
            : x < 0.0 ? slope
            : x == 0.0 ? lesser(greater(slope, 0.0), 1.0)
            : NAN;
    }
    if (by & BY_Y) {
        result->dy = x > 0.0 ? 0.0 : x;
    }
    return true;
}

/* elu(x, alpha): exponential linear unit. */
static inline double
value_elu(double x, double alpha, bool *failed)
{
    return x > 0.0 ? x : alpha * real(expm1(x), failed);
}

static inline bool
row_elu(double x, double alpha, uint32_t by, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_elu(x, alpha, failed);
    result->out = out;
    if (by & BY_X) {
        result->dx = x > 0.0 ? 1.0
            : x == 0.0 ? lesser(greater(alpha, 0.0), 1.0)
            : x < -700.0 ? alpha * real(exp(0.5 * x), failed) * real(exp(0.5 * x), failed)
            : alpha * real(exp(x), failed);
    }
    if (by & BY_Y) {
        result->dy = x > 0.0 ? 0.0 : real(expm1(x), failed);
    }
    return !failure;
}

/* silu(x): sigmoid linear unit x·σ(x), also called swish. */
static inline double
value_silu(double x, bool *failed)
{
    return x < -1500.0 ? -0.0
        : x < -700.0 ? x * real(exp(0.5 * x), failed) * real(exp(0.5 * x), failed)
        : quotient(x, 1.0 + real(exp(-x), failed), failed);
}

static inline bool
row_silu(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_silu(x, failed);
    result->out = out;
    result->dx = -1.0 < x && x < 1.0 ? value_sigmoid(x, failed) + quotient(0.5 * x, 1.0 + real(cosh(x),
        failed), failed)
        : x < 0.0 ? quotient(out, x, failed) + out - quotient(out * out, x, failed)
        : x < 40.0 ? 1.0 - quotient(real(exp(-x), failed) * (1.0 - out), 1.0 + real(exp(-x), failed),
            failed)
        : 1.0 - real(exp(-x), failed) - value_silu(-x, failed);
    return !failure;
}

/* gelu(x): Gaussian error linear unit x·Φ(x), exact. */
static inline double
value_gelu(double x, bool *failed)
{
    return special_gelu(x, failed);
}

static inline bool
row_gelu(double x, Result *result)
{
    bool failure = false, *const failed = &failure;
    const double out = value_gelu(x, failed);
    result->out = out;
    result->dx = x * x < 1600.0 ? special_normal_cdf(x, failed) + quotient(x * special_gaussian(x,
        failed), 2.5066282746310002, failed)
        : special_normal_cdf(x, failed);
    return !failure;
}

/* max(x, y): the greater of two; a tie shares the derivative. */
static inline double
value_max(double x, double y)
{
    return x >= y ? x : y >= x ? y : NAN;
}

static inline bool
row_max(double x, double y, uint32_t by, Result *result)
{
    const double out = value_max(x, y);
    result->out = out;
    if (by & BY_X) {
        result->dx = x > y ? 1.0 : x < y ? 0.0 : x == y ? 0.5 : NAN;
    }
    if (by & BY_Y) {
        result->dy = x > y ? 0.0 : x < y ? 1.0 : x == y ? 0.5 : NAN;
    }
    return true;
}

/* min(x, y): the lesser of two; a tie shares the derivative. */
static inline double
value_min(double x, double y)
{
    return x <= y ? x : y <= x ? y : NAN;
}

static inline bool
row_min(double x, double y, uint32_t by, Result *result)
{
    const double out = value_min(x, y);
    result->out = out;
    if (by & BY_X) {
        result->dx = x > y ? 0.0 : x < y ? 1.0 : x == y ? 0.5 : NAN;
    }
    if (by & BY_Y) {
        result->dy = x > y ? 1.0 : x < y ? 0.0 : x == y ? 0.5 : NAN;
    }
    return true;
}

/* --- the table ------------------------------------------------------------------ */

enum {
    LEAF,
    ROW_add,
    ROW_sub,
    ROW_mul,
    ROW_div,
    ROW_neg,
    ROW_pos,
    ROW_pow,
    ROW_abs,
    ROW_sign,
    ROW_reciprocal,
    ROW_square,
    ROW_sqrt,
    ROW_cbrt,
    ROW_exp,
    ROW_expm1,
    ROW_exp2,
    ROW_log,
    ROW_log1p,
    ROW_log2,
    ROW_log10,
    ROW_sin,
    ROW_cos,
    ROW_tan,
    ROW_asin,
    ROW_acos,
    ROW_atan,
    ROW_atan2,
    ROW_sinh,
    ROW_cosh,
    ROW_tanh,
    ROW_asinh,
    ROW_acosh,
    ROW_atanh,
    ROW_hypot,
    ROW_erf,
    ROW_erfc,
    ROW_gaussian,
    ROW_normal_cdf,
    ROW_sigmoid,
    ROW_logsigmoid,
    ROW_softplus,
    ROW_relu,
    ROW_leaky_relu,
    ROW_elu,
    ROW_silu,
    ROW_gelu,
    ROW_max,
    ROW_min,
    ROW_END,
    ROW_COUNT = ROW_END - 1,
};

/* What each was compiled from: its name, its operands, its value, the derivatives. */
static const char *const row_texts[ROW_COUNT + 1][5] = {
    {NULL},
    {"add",
     "x, y",
     "x + y",
     "1.0",
     "1.0"},
    {"sub",
     "x, y",
     "x - y",
     "1.0",
     "-1.0"},
    {"mul",
     "x, y",
     "x * y",
     "y",
     "x"},
    {"div",
     "x, y",
     "x / y",
     "1.0 / y",
     "-out / y"},
    {"neg",
     "x",
     "-x",
     "-1.0"},
    {"pos",
     "x",
     "+x",
     "1.0"},
    {"pow",
     "x, y; {2.0: 'square', -1.0: 'reciprocal'}",
     "x ** y",
     "(sqrt(y) if y == 0.0 else 1.0 / y / (x + 0.0) if 0.0 < y < 1.0 else x ** (y - 1.0) - sqrt(y - 1.0) if y == 1.0 else x ** (y - 1.0) if 1.0 < y < 2.0 or y > 2.0 ** 53.0 else y * x ** (y - 1.0)) if x == 0.0 else y * x ** (y - 1.0) if 0.0 != y == y - 1.0 + 1.0 != y - 1.0 else y * out / x if 0.0 < out < inf and x < inf else x ** (y - 1.0) if out == 0.0 else y * x ** (y - 1.0) if x > 0.0 else -y * out",
     "(sqrt(x) if y == 0.0 else 0.0 - x ** (y - 0.5) if y == 1.0 or y == 2.0 else 0.0 - x ** y) if x == 0.0 else out * log(x) if x < inf and -inf < y < inf else nan if x < 0.0 else -out if x < 1.0 else x ** (y + 0.5) if y == 0.0 or y == 1.0 or y == 2.0 else x ** y"},
    {"abs",
     "x",
     "abs(x)",
     "1.0 if x > 0.0 else -1.0 if x < 0.0 else x"},
    {"sign",
     "x",
     "1.0 if x > 0.0 else -1.0 if x < 0.0 else x",
     "0.0 if x == x else nan"},
    {"reciprocal",
     "x",
     "1.0 / x",
     "-out * out"},
    {"square",
     "x",
     "x * x if x * x < inf else x ** 2.0",
     "2.0 * x"},
    {"sqrt",
     "x",
     "sqrt(x)",
     "0.5 / (out + 0.0)"},
    {"cbrt",
     "x",
     "cbrt(x)",
     "1.0 / (2.0 * (x / out) + out * out) if 1.0 / 2.0 ** 220.0 < out * out < inf else 1.0 / out / out / 3.0 if x == x + x else abs(x) ** (-2.0 / 3.0) * abs(x) ** (-2.0 / 3.0 / 2.0 ** 54.0) / 3.0"},
    {"exp",
     "x",
     "exp(x)",
     "out"},
    {"expm1",
     "x",
     "expm1(x)",
     "exp(x)"},
    {"exp2",
     "x",
     "exp2(x)",
     "out * log(2.0)"},
    {"log",
     "x",
     "log(x)",
     "1.0 / x"},
    {"log1p",
     "x",
     "log1p(x)",
     "1.0 / (1.0 + x)"},
    {"log2",
     "x",
     "log2(x)",
     "1.0 / log(2.0) / x"},
    {"log10",
     "x",
     "log10(x)",
     "1.0 / log(10.0) / x"},
    {"sin",
     "x",
     "sin(x)",
     "cos(x)"},
    {"cos",
     "x",
     "cos(x)",
     "-sin(x)"},
    {"tan",
     "x",
     "tan(x)",
     "1.0 + out * out"},
    {"asin",
     "x",
     "asin(x)",
     "1.0 / cos(out) if x * x < 0.5 else 1.0 / sqrt(1.0 - x * x) if x * x == 1.0 else 1.0 / sqrt((1.0 - x) * (1.0 + x))"},
    {"acos",
     "x",
     "acos(x)",
     "-1.0 / sqrt(1.0 - x * x) if x * x < 0.5 or x * x == 1.0 else -1.0 / sqrt((1.0 - x) * (1.0 + x))"},
    {"atan",
     "x",
     "atan(x)",
     "0.5 + 0.5 * cos(2.0 * out) if x * x < 2.0 else 1.0 / (1.0 + x * x) if x * x < 1e90 else 1.0 / x / x"},
    {"atan2",
     "y, x",
     "atan2(y, x)",
     "1.0 / (x + y * (y / x)) if -1.25 * x < y < 1.25 * x or 1.25 * x < y < -1.25 * x else x / (x * x + y * y) if 1.0 / 2.0 ** 300.0 < y * y < 2.0 ** 300.0 else x / y / (y + x * (x / y)) if 0.0 < y < inf or -inf < y < 0.0 else 0.0 * out",
     "-1.0 / (y + x * (x / y)) if -1.25 * y < x < 1.25 * y or 1.25 * y < x < -1.25 * y else -y / (x * x + y * y) if 1.0 / 2.0 ** 300.0 < x * x < 2.0 ** 300.0 else -y / x / (x + y * (y / x)) if 0.0 < x < inf or -inf < x < 0.0 else 0.0 * out"},
    {"sinh",
     "x",
     "sinh(x)",
     "cosh(x)"},
    {"cosh",
     "x",
     "cosh(x)",
     "sinh(x)"},
    {"tanh",
     "x",
     "tanh(x)",
     "1.0 - out * out if out * out < 0.25 else 2.0 * (1.0 + out) * exp(-2.0 * x) / (1.0 + exp(-2.0 * x)) if x > 0.0 else 2.0 * (1.0 - out) * exp(2.0 * x) / (1.0 + exp(2.0 * x))"},
    {"asinh",
     "x",
     "asinh(x)",
     "sqrt(1.0 / (1.0 + x * x)) if x * x < 1e90 else 1.0 / x if x > 0.0 else -1.0 / x"},
    {"acosh",
     "x",
     "acosh(x)",
     "1.0 / sqrt(x - 1.0) / sqrt(x + 1.0)"},
    {"atanh",
     "x",
     "atanh(x)",
     "1.0 / (1.0 - x * x) if x * x < 0.5 else 1.0 / ((1.0 - x) * (1.0 + x))"},
    {"hypot",
     "x, y",
     "sqrt(x * x + y * y) if 1e-270 < x * x + y * y < inf else inf if abs(x) == inf or abs(y) == inf else 2.0 ** 600.0 * sqrt(x / 2.0 ** 600.0 * (x / 2.0 ** 600.0) + y / 2.0 ** 600.0 * (y / 2.0 ** 600.0)) if x * x + y * y == inf else sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) + 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) / 2.0 ** 600.0",
     "(1.0 - y / out * (y / (out + x)) if x > 0.65 * out else x / out if x > -0.65 * out else y / out * (y / (out - x)) - 1.0) if 1e-280 < out < 1e307 else 0.0 if out == 0.0 else x / out if -0.65 * out < x < 0.65 * out and out > 1.0 else 2.0 ** 600.0 * x / sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) + 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) if -0.65 * out < x < 0.65 * out else sqrt(1.0 / (1.0 + y / x * (y / x))) if x > 0.0 else -sqrt(1.0 / (1.0 + y / x * (y / x)))",
     "(1.0 - x / out * (x / (out + y)) if y > 0.65 * out else y / out if y > -0.65 * out else x / out * (x / (out - y)) - 1.0) if 1e-280 < out < 1e307 else 0.0 if out == 0.0 else y / out if -0.65 * out < y < 0.65 * out and out > 1.0 else 2.0 ** 600.0 * y / sqrt(2.0 ** 600.0 * x * (2.0 ** 600.0 * x) + 2.0 ** 600.0 * y * (2.0 ** 600.0 * y)) if -0.65 * out < y < 0.65 * out else sqrt(1.0 / (1.0 + x / y * (x / y))) if y > 0.0 else -sqrt(1.0 / (1.0 + x / y * (x / y)))"},
    {"erf",
     "x",
     "erf(x)",
     "2.0 / sqrt(pi) * square(gaussian(x))"},
    {"erfc",
     "x",
     "erfc(x)",
     "-2.0 / sqrt(pi) * square(gaussian(x))"},
    {"gaussian",
     "x",
     "gaussian(x)",
     "-x * out if out > 0.0 else -0.0 / x"},
    {"normal_cdf",
     "x",
     "normal_cdf(x)",
     "gaussian(x) / sqrt(2.0 * pi)"},
    {"sigmoid",
     "x",
     "1.0 / (1.0 + exp(-abs(x))) if x >= 0.0 else exp(-abs(x)) / (1.0 + exp(-abs(x)))",
     "0.5 / (1.0 + cosh(x)) if -1.0 < x < 1.0 else out * (1.0 - out) if x < 0.0 else out / (1.0 + exp(x)) if x < 40.0 else exp(-x)"},
    {"logsigmoid",
     "x",
     "min(x, 0.0) - log1p(exp(-abs(x)))",
     "sigmoid(-x)"},
    {"softplus",
     "x",
     "max(x, 0.0) + log1p(exp(-abs(x)))",
     "sigmoid(x)"},
    {"relu",
     "x",
     "0.0 if x <= 0.0 else x",
     "0.0 if x <= 0.0 else 1.0 if x > 0.0 else nan"},
    {"leaky_relu",
     "x, slope=0.01",
     "x if x > 0.0 else slope * x",
     "1.0 if x > 0.0 else slope if x < 0.0 else min(max(slope, 0.0), 1.0) if x == 0.0 else nan",
     "0.0 if x > 0.0 else x"},
    {"elu",
     "x, alpha=1.0",
     "x if x > 0.0 else alpha * expm1(x)",
     "1.0 if x > 0.0 else min(max(alpha, 0.0), 1.0) if x == 0.0 else alpha * exp(0.5 * x) * exp(0.5 * x) if x < -700.0 else alpha * exp(x)",
     "0.0 if x > 0.0 else expm1(x)"},
    {"silu",
     "x",
     "-0.0 if x < -1500.0 else x * exp(0.5 * x) * exp(0.5 * x) if x < -700.0 else x / (1.0 + exp(-x))",
     "sigmoid(x) + 0.5 * x / (1.0 + cosh(x)) if -1.0 < x < 1.0 else out / x + out - out * out / x if x < 0.0 else 1.0 - exp(-x) * (1.0 - out) / (1.0 + exp(-x)) if x < 40.0 else 1.0 - exp(-x) - silu(-x)"},
    {"gelu",
     "x",
     "gelu(x)",
     "normal_cdf(x) + x * gaussian(x) / sqrt(2.0 * pi) if x * x < 1600.0 else normal_cdf(x)"},
    {"max",
     "x, y",
     "x if x >= y else y if y >= x else nan",
     "1.0 if x > y else 0.0 if x < y else 0.5 if x == y else nan",
     "0.0 if x > y else 1.0 if x < y else 0.5 if x == y else nan"},
    {"min",
     "x, y",
     "x if x <= y else y if y <= x else nan",
     "0.0 if x > y else 1.0 if x < y else 0.5 if x == y else nan",
     "1.0 if x > y else 0.0 if x < y else 0.5 if x == y else nan"},
};

#define FOR_EACH_UNARY_ROW(DO) \
    DO(neg) \
    DO(pos) \
    DO(abs) \
    DO(sign) \
    DO(reciprocal) \
    DO(square) \
    DO(sqrt) \
    DO(cbrt) \
    DO(exp) \
    DO(expm1) \
    DO(exp2) \
    DO(log) \
    DO(log1p) \
    DO(log2) \
    DO(log10) \
    DO(sin) \
    DO(cos) \
    DO(tan) \
    DO(asin) \
    DO(acos) \
    DO(atan) \
    DO(sinh) \
    DO(cosh) \
    DO(tanh) \
    DO(asinh) \
    DO(acosh) \
    DO(atanh) \
    DO(erf) \
    DO(erfc) \
    DO(gaussian) \
    DO(normal_cdf) \
    DO(sigmoid) \
    DO(logsigmoid) \
    DO(softplus) \
    DO(relu) \
    DO(silu) \
    DO(gelu)

#define FOR_EACH_BINARY_ROW(DO) \
    DO(add) \
    DO(sub) \
    DO(mul) \
    DO(div) \
    DO(pow) \
    DO(atan2) \
    DO(hypot) \
    DO(leaky_relu) \
    DO(elu) \
    DO(max) \
    DO(min)

PyDoc_STRVAR(doc_add,
    "add($self, y)\n"
    "--\n"
    "\n"
    "x + y: sum.\n"
    "\n"
    "Derivatives: 1, 1.");

PyDoc_STRVAR(doc_sub,
    "sub($self, y)\n"
    "--\n"
    "\n"
    "x - y: difference.\n"
    "\n"
    "Derivatives: 1, −1.");

PyDoc_STRVAR(doc_mul,
    "mul($self, y)\n"
    "--\n"
    "\n"
    "x * y: product.\n"
    "\n"
    "Derivatives: y, x.");

PyDoc_STRVAR(doc_div,
    "div($self, y)\n"
    "--\n"
    "\n"
    "x / y: quotient.\n"
    "\n"
    "Derivatives: 1/y, −x/y².\n"
    "Domain: y ≠ 0.");

PyDoc_STRVAR(doc_neg,
    "neg($self)\n"
    "--\n"
    "\n"
    "-x: negation.\n"
    "\n"
    "Derivative: −1.");

PyDoc_STRVAR(doc_pos,
    "pos($self)\n"
    "--\n"
    "\n"
    "+x: the number itself.\n"
    "\n"
    "Derivative: 1.");

PyDoc_STRVAR(doc_pow,
    "pow($self, y)\n"
    "--\n"
    "\n"
    "x ** y: power; 0**0 is 1 with derivatives (0, 0).\n"
    "\n"
    "Derivatives: y·x^(y − 1), out·ln(x).\n"
    "Domain: x > 0 or x = 0 and y ≥ 0 or x < 0 and y mod 1 = 0 or x = −∞ or y = ∞ or y = −∞.\n"
    "Kink: x = 0 and y = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_abs,
    "abs($self)\n"
    "--\n"
    "\n"
    "abs(x): absolute value.\n"
    "\n"
    "Derivative: 1 if x > 0, −1 if x < 0, else x.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_fabs,
    "fabs($self)\n"
    "--\n"
    "\n"
    "abs(x): absolute value.\n"
    "\n"
    "Derivative: 1 if x > 0, −1 if x < 0, else x.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_sign,
    "sign($self)\n"
    "--\n"
    "\n"
    "sign(x): 1, -1, or 0 at 0, where it jumps; its derivative is 0.\n"
    "\n"
    "Derivative: 0 if x = x.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_reciprocal,
    "reciprocal($self)\n"
    "--\n"
    "\n"
    "reciprocal(x): reciprocal.\n"
    "\n"
    "Derivative: −x⁻².\n"
    "Domain: x ≠ 0.");

PyDoc_STRVAR(doc_square,
    "square($self)\n"
    "--\n"
    "\n"
    "square(x): square.\n"
    "\n"
    "Derivative: 2·x.");

PyDoc_STRVAR(doc_sqrt,
    "sqrt($self)\n"
    "--\n"
    "\n"
    "sqrt(x): square root; its slope at 0 is infinite.\n"
    "\n"
    "Derivative: 1/(2·√x).\n"
    "Domain: x ≥ 0.");

PyDoc_STRVAR(doc_cbrt,
    "cbrt($self)\n"
    "--\n"
    "\n"
    "cbrt(x): cube root; its slope at 0 is infinite.\n"
    "\n"
    "Derivative: 1/(3·out²).");

PyDoc_STRVAR(doc_exp,
    "exp($self)\n"
    "--\n"
    "\n"
    "exp(x): exponential.\n"
    "\n"
    "Derivative: out.");

PyDoc_STRVAR(doc_expm1,
    "expm1($self)\n"
    "--\n"
    "\n"
    "expm1(x): exp(x) - 1, exact near 0.\n"
    "\n"
    "Derivative: e^x.");

PyDoc_STRVAR(doc_exp2,
    "exp2($self)\n"
    "--\n"
    "\n"
    "exp2(x): power of 2.\n"
    "\n"
    "Derivative: out·ln(2).");

PyDoc_STRVAR(doc_log,
    "log($self)\n"
    "--\n"
    "\n"
    "log(x): natural logarithm.\n"
    "\n"
    "Derivative: 1/x.\n"
    "Domain: x > 0.");

PyDoc_STRVAR(doc_log1p,
    "log1p($self)\n"
    "--\n"
    "\n"
    "log1p(x): log(1 + x), exact near 0.\n"
    "\n"
    "Derivative: 1/(1 + x).\n"
    "Domain: x > −1.");

PyDoc_STRVAR(doc_log2,
    "log2($self)\n"
    "--\n"
    "\n"
    "log2(x): logarithm to base 2.\n"
    "\n"
    "Derivative: 1/(x·ln(2)).\n"
    "Domain: x > 0.");

PyDoc_STRVAR(doc_log10,
    "log10($self)\n"
    "--\n"
    "\n"
    "log10(x): logarithm to base 10.\n"
    "\n"
    "Derivative: 1/(x·ln(10)).\n"
    "Domain: x > 0.");

PyDoc_STRVAR(doc_sin,
    "sin($self)\n"
    "--\n"
    "\n"
    "sin(x): sine of radians.\n"
    "\n"
    "Derivative: cos(x).\n"
    "Domain: −∞ < x < ∞.");

PyDoc_STRVAR(doc_cos,
    "cos($self)\n"
    "--\n"
    "\n"
    "cos(x): cosine of radians.\n"
    "\n"
    "Derivative: −sin(x).\n"
    "Domain: −∞ < x < ∞.");

PyDoc_STRVAR(doc_tan,
    "tan($self)\n"
    "--\n"
    "\n"
    "tan(x): tangent of radians.\n"
    "\n"
    "Derivative: 1/cos(x)².\n"
    "Domain: −∞ < x < ∞.");

PyDoc_STRVAR(doc_asin,
    "asin($self)\n"
    "--\n"
    "\n"
    "asin(x): inverse sine; its slope at ±1 is infinite.\n"
    "\n"
    "Derivative: 1/√(1 − x²).\n"
    "Domain: −1 ≤ x ≤ 1.");

PyDoc_STRVAR(doc_arcsin,
    "arcsin($self)\n"
    "--\n"
    "\n"
    "asin(x): inverse sine; its slope at ±1 is infinite.\n"
    "\n"
    "Derivative: 1/√(1 − x²).\n"
    "Domain: −1 ≤ x ≤ 1.");

PyDoc_STRVAR(doc_acos,
    "acos($self)\n"
    "--\n"
    "\n"
    "acos(x): inverse cosine; its slope at ±1 is infinite.\n"
    "\n"
    "Derivative: −1/√(1 − x²).\n"
    "Domain: −1 ≤ x ≤ 1.");

PyDoc_STRVAR(doc_arccos,
    "arccos($self)\n"
    "--\n"
    "\n"
    "acos(x): inverse cosine; its slope at ±1 is infinite.\n"
    "\n"
    "Derivative: −1/√(1 − x²).\n"
    "Domain: −1 ≤ x ≤ 1.");

PyDoc_STRVAR(doc_atan,
    "atan($self)\n"
    "--\n"
    "\n"
    "atan(x): inverse tangent.\n"
    "\n"
    "Derivative: 1/(1 + x²).");

PyDoc_STRVAR(doc_arctan,
    "arctan($self)\n"
    "--\n"
    "\n"
    "atan(x): inverse tangent.\n"
    "\n"
    "Derivative: 1/(1 + x²).");

PyDoc_STRVAR(doc_atan2,
    "atan2($self, x)\n"
    "--\n"
    "\n"
    "atan2(y, x): angle of the point (x, y).\n"
    "\n"
    "Derivatives: x/(x² + y²), −y/(x² + y²).\n"
    "Kink: x = 0 and y = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_arctan2,
    "arctan2($self, x)\n"
    "--\n"
    "\n"
    "atan2(y, x): angle of the point (x, y).\n"
    "\n"
    "Derivatives: x/(x² + y²), −y/(x² + y²).\n"
    "Kink: x = 0 and y = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_sinh,
    "sinh($self)\n"
    "--\n"
    "\n"
    "sinh(x): hyperbolic sine.\n"
    "\n"
    "Derivative: cosh(x).");

PyDoc_STRVAR(doc_cosh,
    "cosh($self)\n"
    "--\n"
    "\n"
    "cosh(x): hyperbolic cosine.\n"
    "\n"
    "Derivative: sinh(x).");

PyDoc_STRVAR(doc_tanh,
    "tanh($self)\n"
    "--\n"
    "\n"
    "tanh(x): hyperbolic tangent.\n"
    "\n"
    "Derivative: 1 − out².");

PyDoc_STRVAR(doc_asinh,
    "asinh($self)\n"
    "--\n"
    "\n"
    "asinh(x): inverse hyperbolic sine.\n"
    "\n"
    "Derivative: 1/√(x² + 1).");

PyDoc_STRVAR(doc_arcsinh,
    "arcsinh($self)\n"
    "--\n"
    "\n"
    "asinh(x): inverse hyperbolic sine.\n"
    "\n"
    "Derivative: 1/√(x² + 1).");

PyDoc_STRVAR(doc_acosh,
    "acosh($self)\n"
    "--\n"
    "\n"
    "acosh(x): inverse hyperbolic cosine; its slope at 1 is infinite.\n"
    "\n"
    "Derivative: 1/√(x² − 1).\n"
    "Domain: x ≥ 1.");

PyDoc_STRVAR(doc_arccosh,
    "arccosh($self)\n"
    "--\n"
    "\n"
    "acosh(x): inverse hyperbolic cosine; its slope at 1 is infinite.\n"
    "\n"
    "Derivative: 1/√(x² − 1).\n"
    "Domain: x ≥ 1.");

PyDoc_STRVAR(doc_atanh,
    "atanh($self)\n"
    "--\n"
    "\n"
    "atanh(x): inverse hyperbolic tangent.\n"
    "\n"
    "Derivative: 1/(1 − x²).\n"
    "Domain: −1 < x < 1.");

PyDoc_STRVAR(doc_arctanh,
    "arctanh($self)\n"
    "--\n"
    "\n"
    "atanh(x): inverse hyperbolic tangent.\n"
    "\n"
    "Derivative: 1/(1 − x²).\n"
    "Domain: −1 < x < 1.");

PyDoc_STRVAR(doc_hypot,
    "hypot($self, y)\n"
    "--\n"
    "\n"
    "hypot(x, y): length of the vector (x, y), √(x² + y²).\n"
    "\n"
    "Derivatives: 0 if out = 0, else x/out, 0 if out = 0, else y/out.\n"
    "Kink: x = 0 and y = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_erf,
    "erf($self)\n"
    "--\n"
    "\n"
    "erf(x): error function.\n"
    "\n"
    "Derivative: 2·e^(−x²)/√π.");

PyDoc_STRVAR(doc_erfc,
    "erfc($self)\n"
    "--\n"
    "\n"
    "erfc(x): 1 - erf(x), exact far out.\n"
    "\n"
    "Derivative: −2·e^(−x²)/√π.");

PyDoc_STRVAR(doc_gaussian,
    "gaussian($self)\n"
    "--\n"
    "\n"
    "gaussian(x): exp(-x²/2).\n"
    "\n"
    "Derivative: −x·out.");

PyDoc_STRVAR(doc_normal_cdf,
    "normal_cdf($self)\n"
    "--\n"
    "\n"
    "normal_cdf(x): standard normal distribution function.\n"
    "\n"
    "Derivative: e^(−x²/2)/√(2·π).");

PyDoc_STRVAR(doc_sigmoid,
    "sigmoid($self)\n"
    "--\n"
    "\n"
    "sigmoid(x): logistic function 1/(1 + exp(-x)).\n"
    "\n"
    "Derivative: out·(1 − out).");

PyDoc_STRVAR(doc_logsigmoid,
    "logsigmoid($self)\n"
    "--\n"
    "\n"
    "logsigmoid(x): log of the logistic function.\n"
    "\n"
    "Derivative: 1 − σ(x).");

PyDoc_STRVAR(doc_softplus,
    "softplus($self)\n"
    "--\n"
    "\n"
    "softplus(x): log(1 + exp(x)).\n"
    "\n"
    "Derivative: σ(x).");

PyDoc_STRVAR(doc_relu,
    "relu($self)\n"
    "--\n"
    "\n"
    "relu(x): rectified linear unit.\n"
    "\n"
    "Derivative: 0 if x ≤ 0, 1 if x > 0.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_leaky_relu,
    "leaky_relu($self, slope=0.01)\n"
    "--\n"
    "\n"
    "leaky_relu(x, slope): rectified linear unit with a slope on the left.\n"
    "\n"
    "Derivatives: 1 if x > 0, slope if x < 0, min(max(slope, 0), 1) if x = 0, 0 if x > 0, else x.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_elu,
    "elu($self, alpha=1.0)\n"
    "--\n"
    "\n"
    "elu(x, alpha): exponential linear unit.\n"
    "\n"
    "Derivatives: 1 if x > 0, min(max(alpha, 0), 1) if x = 0, else alpha·e^x, 0 if x > 0, else e^x − 1.\n"
    "Kink: x = 0, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_silu,
    "silu($self)\n"
    "--\n"
    "\n"
    "silu(x): sigmoid linear unit x·σ(x), also called swish.\n"
    "\n"
    "Derivative: σ(x)·(1 + x·(1 − σ(x))).");

PyDoc_STRVAR(doc_gelu,
    "gelu($self)\n"
    "--\n"
    "\n"
    "gelu(x): Gaussian error linear unit x·Φ(x), exact.\n"
    "\n"
    "Derivative: Φ(x) + x·e^(−x²/2)/√(2·π).");

PyDoc_STRVAR(doc_max,
    "max($self, y)\n"
    "--\n"
    "\n"
    "max(x, y): the greater of two; a tie shares the derivative.\n"
    "\n"
    "Derivatives: 1 if x > y, 0 if x < y, 0.5 if x = y, 0 if x > y, 1 if x < y, 0.5 if x = y.\n"
    "Kink: x = y, where the subgradient of least norm is taken.");

PyDoc_STRVAR(doc_min,
    "min($self, y)\n"
    "--\n"
    "\n"
    "min(x, y): the lesser of two; a tie shares the derivative.\n"
    "\n"
    "Derivatives: 0 if x > y, 1 if x < y, 0.5 if x = y, 1 if x > y, 0 if x < y, 0.5 if x = y.\n"
    "Kink: x = y, where the subgradient of least norm is taken.");

#define SHORTCUTS_add(DO)
#define SHORTCUTS_sub(DO)
#define SHORTCUTS_mul(DO)
#define SHORTCUTS_div(DO)
#define SHORTCUTS_pow(DO) DO(2.0, square) DO(-1.0, reciprocal)
#define SHORTCUTS_atan2(DO)
#define SHORTCUTS_hypot(DO)
#define SHORTCUTS_leaky_relu(DO)
#define SHORTCUTS_elu(DO)
#define SHORTCUTS_max(DO)
#define SHORTCUTS_min(DO)
#define ROW_METHODS \
    METHOD("add", method_add, doc_add) \
    REFLECTED_METHOD("_radd", reflected_add, NULL) \
    METHOD("sub", method_sub, doc_sub) \
    REFLECTED_METHOD("_rsub", reflected_sub, NULL) \
    METHOD("mul", method_mul, doc_mul) \
    REFLECTED_METHOD("_rmul", reflected_mul, NULL) \
    METHOD("div", method_div, doc_div) \
    REFLECTED_METHOD("_rdiv", reflected_div, NULL) \
    METHOD("neg", method_neg, doc_neg) \
    METHOD("pos", method_pos, doc_pos) \
    METHOD("pow", method_pow, doc_pow) \
    REFLECTED_METHOD("_rpow", reflected_pow, NULL) \
    METHOD("abs", method_abs, doc_abs) \
    METHOD("fabs", method_abs, doc_fabs) \
    METHOD("sign", method_sign, doc_sign) \
    METHOD("reciprocal", method_reciprocal, doc_reciprocal) \
    METHOD("square", method_square, doc_square) \
    METHOD("sqrt", method_sqrt, doc_sqrt) \
    METHOD("cbrt", method_cbrt, doc_cbrt) \
    METHOD("exp", method_exp, doc_exp) \
    METHOD("expm1", method_expm1, doc_expm1) \
    METHOD("exp2", method_exp2, doc_exp2) \
    METHOD("log", method_log, doc_log) \
    METHOD("log1p", method_log1p, doc_log1p) \
    METHOD("log2", method_log2, doc_log2) \
    METHOD("log10", method_log10, doc_log10) \
    METHOD("sin", method_sin, doc_sin) \
    METHOD("cos", method_cos, doc_cos) \
    METHOD("tan", method_tan, doc_tan) \
    METHOD("asin", method_asin, doc_asin) \
    METHOD("arcsin", method_asin, doc_arcsin) \
    METHOD("acos", method_acos, doc_acos) \
    METHOD("arccos", method_acos, doc_arccos) \
    METHOD("atan", method_atan, doc_atan) \
    METHOD("arctan", method_atan, doc_arctan) \
    METHOD("atan2", method_atan2, doc_atan2) \
    METHOD("arctan2", method_atan2, doc_arctan2) \
    REFLECTED_METHOD("_ratan2", reflected_atan2, NULL) \
    METHOD("sinh", method_sinh, doc_sinh) \
    METHOD("cosh", method_cosh, doc_cosh) \
    METHOD("tanh", method_tanh, doc_tanh) \
    METHOD("asinh", method_asinh, doc_asinh) \
    METHOD("arcsinh", method_asinh, doc_arcsinh) \
    METHOD("acosh", method_acosh, doc_acosh) \
    METHOD("arccosh", method_acosh, doc_arccosh) \
    METHOD("atanh", method_atanh, doc_atanh) \
    METHOD("arctanh", method_atanh, doc_arctanh) \
    METHOD("hypot", method_hypot, doc_hypot) \
    REFLECTED_METHOD("_rhypot", reflected_hypot, NULL) \
    METHOD("erf", method_erf, doc_erf) \
    METHOD("erfc", method_erfc, doc_erfc) \
    METHOD("gaussian", method_gaussian, doc_gaussian) \
    METHOD("normal_cdf", method_normal_cdf, doc_normal_cdf) \
    METHOD("sigmoid", method_sigmoid, doc_sigmoid) \
    METHOD("logsigmoid", method_logsigmoid, doc_logsigmoid) \
    METHOD("softplus", method_softplus, doc_softplus) \
    METHOD("relu", method_relu, doc_relu) \
    METHOD("leaky_relu", method_leaky_relu, doc_leaky_relu) \
    REFLECTED_METHOD("_rleaky_relu", reflected_leaky_relu, NULL) \
    METHOD("elu", method_elu, doc_elu) \
    REFLECTED_METHOD("_relu", reflected_elu, NULL) \
    METHOD("silu", method_silu, doc_silu) \
    METHOD("gelu", method_gelu, doc_gelu) \
    METHOD("max", method_max, doc_max) \
    REFLECTED_METHOD("_rmax", reflected_max, NULL) \
    METHOD("min", method_min, doc_min) \
    REFLECTED_METHOD("_rmin", reflected_min, NULL)

#define ROW_OPERATORS \
    .nb_add = binary_add, \
    .nb_subtract = binary_sub, \
    .nb_multiply = binary_mul, \
    .nb_true_divide = binary_div, \
    .nb_negative = unary_neg, \
    .nb_positive = unary_pos, \
    .nb_absolute = unary_abs,
