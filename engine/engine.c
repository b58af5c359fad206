/* The engine in C: the nodes of a graph, the operations of the table on them, and the backward sweep.

   `autograd.Value` is the same class with this engine or without it, and its Python is the reference: it
   says what a Value does, and does all that is out of the ordinary. What is here does the ordinary in its
   place, and ends in the same bits: an operation on finite numbers whose value and derivatives are finite,
   a comparison with a number, the sweep of a graph whose gradients are plain numbers. Whatever else is
   asked (an infinity, an error, an operand of NumPy, an operation that was registered) goes to the very
   function of Python that would have been called without this engine.

   So nothing about an operation is written here. `rows.h`, which tools/engine.py writes from the table,
   has the value and the derivatives of every row as C; a row whose texts have changed since is left to
   Python, see `compiled` below.

   One thread at a time runs this, the one that holds the interpreter's lock, and no Python code runs
   amid a sweep. So a sweep needs no other lock, and no interrupt comes within it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef Py_GIL_DISABLED
#error "this engine relies on the interpreter's lock"
#endif
#if FLT_EVAL_METHOD != 0 || defined(__FAST_MATH__)
#error "each operation has to be rounded to a double, as Python's are"
#endif

/* --- a node --------------------------------------------------------------------------------------- */

/* What is known of a node besides its numbers. */
enum {
    BY_X = 1,             /* it has a derivative by its first operand, which is a node */
    BY_Y = 2,             /* likewise by the second */
    GRAD_IS_NODE = 4,     /* its gradient is recorded */
    SEEN = 8,             /* by the sweep that is running */
    TRACKED = 16,         /* by the cyclic garbage collector */
};

typedef struct Node {
    PyObject_HEAD
    union {
        double data;
        struct Node *next; /* of those that are to be freed */
    };
    union {
        double grad;
        PyObject *grad_node; /* if GRAD_IS_NODE */
    };
    PyObject *x, *y; /* the operands: a node, a float, or NULL for None */
    double dx, dy;   /* the derivatives by them; None without BY_X, BY_Y */
    PyObject *name;  /* NULL if there is none */
    uint32_t row;    /* which of `operations`; LEAF for none */
    uint32_t flags;
    PyObject *weak;  /* the weak references, NULL if there are none */
} Node;

/* `autograd.Value`, once it has been adopted. */
static PyTypeObject *value_type;

static inline bool
is_node(PyObject *thing)
{
    return Py_IS_TYPE(thing, value_type);
}

/* --- arithmetic that tells where Python would not have gone on -------------------------------------- */

/* What a row gives: its value, and the derivatives that were asked for. */
typedef struct {
    double out, dx, dy;
} Result;

/* A function's value. Python raises an error where that is not finite, unless an operand was not. */
static inline double
real(double value, bool *failed)
{
    if (!isfinite(value)) {
        *failed = true;
    }
    return value;
}

/* x / y, which Python refuses for a y of 0. */
static inline double
quotient(double x, double y, bool *failed)
{
    return real(x / y, failed);
}

/* x ** y as Python's floats have it, which ask C for powers of positive numbers alone. */
static double
power(double x, double y, bool *failed)
{
    double magnitude, result;
    if (y == 0.0) {
        return 1.0;
    }
    if (x == 0.0 || (x < 0.0 && y != floor(y))) {
        *failed = true; /* 0 to a negative power is an error, a root of a negative number is complex */
        return x;
    }
    magnitude = fabs(x);
    result = magnitude == 1.0 ? 1.0 : pow(magnitude, y);
    if (!isfinite(result) || result < DBL_MIN) {
        *failed = true; /* an overflow is an error, and some libraries call a subnormal number so */
    }
    return x < 0.0 && fmod(fabs(y), 2.0) == 1.0 ? -result : result;
}

/* Python's max and min of two numbers. */
static inline double
greater(double x, double y)
{
    return y > x ? y : x;
}

static inline double
lesser(double x, double y)
{
    return y < x ? y : x;
}

/* A compiler may join a sine and a cosine into one call, which need not have the same last bit. */
static double (*volatile libm_sin)(double) = sin;
static double (*volatile libm_cos)(double) = cos;

#include "rows.h"

/* The row that each node refers to by number: those of the table first, then what was registered. */
static struct {
    PyObject *operation; /* NULL if Python alone has the row, or the place is free */
    Py_ssize_t nodes;    /* that refer to what was registered, and keep it alive */
} *operations;
static uint32_t operation_count; /* how many places there are */

/* Whether a row of the table is what Value's methods do, and no other one of its name. */
static bool used[ROW_COUNT + 1];

/* --- nodes are made and freed ----------------------------------------------------------------------- */

/* Some 6 MB: a step of training makes again what the last one has freed. */
#define MOST_SPARE 65536

/* Freed nodes that wait to be used again, linked by `next`. */
static Node *spare;
static int spare_count;
static Py_ssize_t alive;

/* A node with `row`, `flags` and `name` set to nothing, and the rest to be set; not tracked. */
static inline Node *
new_node(void)
{
    Node *node = spare;
    if (node != NULL) {
        spare = node->next;
        spare_count--;
#ifdef Py_REF_DEBUG
        _Py_NewReference((PyObject *)node);
#else
        Py_SET_REFCNT((PyObject *)node, 1); /* it has kept its type */
#endif
    }
    else {
        node = PyObject_GC_New(Node, value_type);
        if (node == NULL) {
            return NULL;
        }
        node->weak = NULL;
    }
    alive++;
    node->row = LEAF;
    node->flags = 0;
    node->name = NULL;
    return node;
}

static inline Node *
new_leaf(double data)
{
    Node *node = new_node();
    if (node != NULL) {
        node->data = data;
        node->grad = 0.0;
        node->x = node->y = NULL;
        node->dx = node->dy = 0.0;
    }
    return node;
}

static inline PyObject *
new_result(uint32_t row, const Result *result, PyObject *x, PyObject *y, uint32_t flags)
{
    Node *node = new_node();
    if (node != NULL) {
        node->data = result->out;
        node->grad = 0.0;
        node->x = Py_NewRef(x);
        node->y = Py_XNewRef(y);
        node->dx = result->dx;
        node->dy = result->dy;
        node->row = row;
        node->flags = flags;
    }
    return (PyObject *)node;
}

/* Give up a reference; a node that was the last one to hold joins those that are to be freed. */
static inline void
release(PyObject *thing, Node **dying)
{
    if (is_node(thing) && Py_REFCNT(thing) == 1) {
        ((Node *)thing)->next = *dying;
        *dying = (Node *)thing;
    }
    else {
        Py_DECREF(thing);
    }
}

static inline void
untrack(Node *node)
{
    if (node->flags & TRACKED) {
        PyObject_GC_UnTrack(node);
        node->flags &= ~TRACKED;
    }
}

/* Hide nodes that are to be freed from Python that runs before: no weak reference gives what has no
   references, and the collector does not look at it. What a call before this one has hidden is at the end. */
static void
hide(Node *dying)
{
    for (; dying != NULL && Py_REFCNT((PyObject *)dying) != 0; dying = dying->next) {
        Py_SET_REFCNT((PyObject *)dying, 0);
        untrack(dying);
    }
}

/* Forget that a node refers to an operation. The last one frees it, which may run Python. */
static inline void
release_row(uint32_t row, Node *dying)
{
    if (row > ROW_COUNT && --operations[row].nodes == 0) {
        hide(dying);
        Py_CLEAR(operations[row].operation);
    }
}

/* Free a node, and what it alone kept, however deep that is: without recursion, and so without a stack. */
static void
node_dealloc(PyObject *self)
{
    Node *dying = (Node *)self;
    dying->next = NULL;
    while (dying != NULL) {
        Node *node = dying;
        if (node->weak != NULL) {
            hide(dying);
            PyObject_ClearWeakRefs((PyObject *)node); /* which runs callbacks */
        }
        dying = node->next;
        untrack(node);
        if (node->flags & GRAD_IS_NODE) {
            release(node->grad_node, &dying);
        }
        if (node->x != NULL) {
            release(node->x, &dying);
        }
        if (node->y != NULL) {
            release(node->y, &dying);
        }
        if (node->name != NULL) {
            if (!PyUnicode_CheckExact(node->name)) {
                hide(dying); /* a class of one's own may have a finalizer */
            }
            Py_DECREF(node->name);
        }
        release_row(node->row, dying);
        alive--;
        if (spare_count < MOST_SPARE) {
            node->next = spare;
            spare = node;
            spare_count++;
        }
        else {
            PyTypeObject *type = Py_TYPE(node);
            PyObject_GC_Del(node);
            Py_DECREF(type);
        }
    }
}

/* A reference cycle goes through a recorded gradient. So when one is set, it and all below it are tracked by
   the collector, which then finds the cycle if there is one; other nodes are none of its business. */
static int
track_below(PyObject *root)
{
    size_t count = 0, room = 64;
    PyObject **above;
    if (root == NULL || !is_node(root)) {
        return 0;
    }
    above = PyMem_RawMalloc(room * sizeof(*above));
    if (above == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    above[count++] = root;
    while (count > 0) {
        Node *node = (Node *)above[--count];
        PyObject *below[] = {
            node->x, node->y, node->flags & GRAD_IS_NODE ? node->grad_node : NULL
        };
        if (node->flags & TRACKED) {
            continue;
        }
        if (count + 3 > room) {
            PyObject **more = PyMem_RawRealloc(above, 2 * room * sizeof(*above));
            if (more == NULL) {
                PyMem_RawFree(above);
                PyErr_NoMemory();
                return -1;
            }
            above = more;
            room *= 2;
        }
        node->flags |= TRACKED;
        PyObject_GC_Track(node);
        for (size_t i = 0; i < Py_ARRAY_LENGTH(below); i++) {
            if (below[i] != NULL && is_node(below[i])) {
                above[count++] = below[i];
            }
        }
    }
    PyMem_RawFree(above);
    return 0;
}

static int
node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Node *node = (Node *)self;
    Py_VISIT(node->x);
    Py_VISIT(node->y);
    if (node->flags & GRAD_IS_NODE) {
        Py_VISIT(node->grad_node);
    }
    return 0;
}

/* Without recorded gradients there are no cycles. */
static int
node_clear(PyObject *self)
{
    Node *node = (Node *)self;
    if (node->flags & GRAD_IS_NODE) {
        PyObject *gradient = node->grad_node;
        node->flags &= ~GRAD_IS_NODE;
        node->grad = 0.0;
        Py_DECREF(gradient);
    }
    return 0;
}

/* --- what Python does ------------------------------------------------------------------------------- */

/* What `adopt` was given; see there. */
static PyObject *generated, *in_python, *detector, *sweeping;
static PyObject *running_in; /* "_running_in" */

/* The functions that Python has for an operation. */
enum { FORWARD, REFLECTED, NAMED, KINDS };
static PyObject *functions[ROW_COUNT + 1][KINDS];
static const char *const kinds[KINDS] = {"forward", "reflected", "named"};

/* Call a function of Python with `self` before what was given. */
static PyObject *
call_method(PyObject *function, PyObject *self, PyObject *const *given, Py_ssize_t count,
            PyObject *names)
{
    PyObject *few[8], **all = few, *result;
    Py_ssize_t total = 1 + count + (names ? PyTuple_GET_SIZE(names) : 0);
    if (total > (Py_ssize_t)Py_ARRAY_LENGTH(few)) {
        all = PyMem_New(PyObject *, total);
        if (all == NULL) {
            return PyErr_NoMemory();
        }
    }
    all[0] = self;
    for (Py_ssize_t i = 1; i < total; i++) {
        all[i] = given[i - 1];
    }
    result = PyObject_Vectorcall(function, all, 1 + count, names);
    if (all != few) {
        PyMem_Free(all);
    }
    return result;
}

/* Call Python's function of an operation. */
static PyObject *
by_python(uint32_t row, int kind, PyObject *self, PyObject *const *given, Py_ssize_t count,
          PyObject *names)
{
    if (functions[row][kind] == NULL) {
        PyObject *function =
            PyObject_CallFunction(generated, "Os", operations[row].operation, kinds[kind]);
        if (function == NULL) {
            return NULL;
        }
        if (functions[row][kind] == NULL) {
            functions[row][kind] = function;
        }
        else {
            Py_DECREF(function); /* another thread has been here meanwhile, and may be calling its own */
        }
    }
    return call_method(functions[row][kind], self, given, count, names);
}

/* What Value has in Python for something that is done here: a new reference. */
static PyObject *
python_part(const char *name)
{
    PyObject *key = PyUnicode_FromString(name), *part;
    if (key == NULL) {
        return NULL;
    }
    part = Py_XNewRef(PyDict_GetItemWithError(in_python, key));
    Py_DECREF(key);
    return part;
}

/* --- operations ------------------------------------------------------------------------------------- */

/* The float of a plain number as operations take it, an exact float or int; NULL, without an error, if
   Python has to tell what the operand is. */
static inline PyObject *
plain_number(PyObject *operand)
{
    if (PyFloat_CheckExact(operand)) {
        return Py_NewRef(operand);
    }
    if (PyLong_CheckExact(operand)) {
        double number = PyLong_AsDouble(operand);
        PyObject *found = number == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(number);
        if (found == NULL) {
            PyErr_Clear();
        }
        return found;
    }
    return NULL;
}

static inline bool
is_finite(const Result *result)
{
    return isfinite(result->out) && isfinite(result->dx) && isfinite(result->dy);
}

/* The functions of an operation of one operand: its operator, and its method. The first gives NULL, without
   an error, where Python has to do it. */
#define UNARY(name)                                                                                    \
    static PyObject *on_node_##name(PyObject *self)                                                    \
    {                                                                                                  \
        Result result = {0.0, 0.0, 0.0};                                                               \
        const double x = ((Node *)self)->data;                                                         \
        if (isfinite(x) && row_##name(x, &result) && is_finite(&result)) {                             \
            return new_result(ROW_##name, &result, self, NULL, BY_X);                                  \
        }                                                                                              \
        return NULL;                                                                                   \
    }                                                                                                  \
    static PyObject *unary_##name(PyObject *self)                                                      \
    {                                                                                                  \
        PyObject *node = on_node_##name(self);                                                         \
        if (node != NULL || PyErr_Occurred()) {                                                        \
            return node;                                                                               \
        }                                                                                              \
        return by_python(ROW_##name, FORWARD, self, NULL, 0, NULL);                                    \
    }                                                                                                  \
    static PyObject *method_##name(PyObject *self, PyObject *const *given, Py_ssize_t count,           \
                                   PyObject *names)                                                    \
    {                                                                                                  \
        if (count == 0 && names == NULL) {                                                             \
            return unary_##name(self);                                                                 \
        }                                                                                              \
        return by_python(ROW_##name, FORWARD, self, given, count, names);                              \
    }

/* Record another operation of the left operand alone in place of one of it and a certain number. */
#define TAKE_SHORTCUT(number, other)                                                                   \
    if (y == (number)) {                                                                               \
        node = used[ROW_##other] ? on_node_##other(left) : NULL;                                       \
    }                                                                                                  \
    else

/* Those of an operation of two. The three ways to call it are three functions, in which the compiler has
   dropped the derivative by a plain number. They give NULL, without an error, where Python has to do it. */
#define BINARY(name)                                                                                   \
    static PyObject *on_nodes_##name(PyObject *left, PyObject *right)                                  \
    {                                                                                                  \
        Result result = {0.0, 0.0, 0.0};                                                               \
        const double x = ((Node *)left)->data, y = ((Node *)right)->data;                              \
        if (isfinite(x) && isfinite(y) && row_##name(x, y, BY_X | BY_Y, &result) &&                    \
            is_finite(&result)) {                                                                      \
            return new_result(ROW_##name, &result, left, right, BY_X | BY_Y);                          \
        }                                                                                              \
        return NULL;                                                                                   \
    }                                                                                                  \
    static PyObject *with_right_##name(PyObject *left, PyObject *right)                                \
    {                                                                                                  \
        Result result = {0.0, 0.0, 0.0};                                                               \
        PyObject *number = plain_number(right), *node = NULL;                                          \
        if (number != NULL) {                                                                          \
            const double x = ((Node *)left)->data, y = PyFloat_AS_DOUBLE(number);                      \
            SHORTCUTS_##name(TAKE_SHORTCUT)                                                            \
            if (isfinite(x) && isfinite(y) && row_##name(x, y, BY_X, &result) &&                       \
                is_finite(&result)) {                                                                  \
                node = new_result(ROW_##name, &result, left, number, BY_X);                            \
            }                                                                                          \
            Py_DECREF(number);                                                                         \
        }                                                                                              \
        return node;                                                                                   \
    }                                                                                                  \
    static PyObject *with_left_##name(PyObject *left, PyObject *right)                                 \
    {                                                                                                  \
        Result result = {0.0, 0.0, 0.0};                                                               \
        PyObject *number = plain_number(left), *node = NULL;                                           \
        if (number != NULL) {                                                                          \
            const double x = PyFloat_AS_DOUBLE(number), y = ((Node *)right)->data;                     \
            if (isfinite(x) && isfinite(y) && row_##name(x, y, BY_Y, &result) && is_finite(&result)) { \
                node = new_result(ROW_##name, &result, number, right, BY_Y);                           \
            }                                                                                          \
            Py_DECREF(number);                                                                         \
        }                                                                                              \
        return node;                                                                                   \
    }                                                                                                  \
    static PyObject *forward_##name(PyObject *left, PyObject *right, int kind)                         \
    {                                                                                                  \
        PyObject *node =                                                                               \
            is_node(right) ? on_nodes_##name(left, right) : with_right_##name(left, right);            \
        if (node != NULL || PyErr_Occurred()) {                                                        \
            return node;                                                                               \
        }                                                                                              \
        return by_python(ROW_##name, kind, left, &right, 1, NULL);                                     \
    }                                                                                                  \
    static PyObject *reflected_##name(PyObject *self, PyObject *left)                                  \
    {                                                                                                  \
        PyObject *node = with_left_##name(left, self);                                                 \
        if (node != NULL || PyErr_Occurred()) {                                                        \
            return node;                                                                               \
        }                                                                                              \
        return by_python(ROW_##name, REFLECTED, self, &left, 1, NULL);                                 \
    }                                                                                                  \
    static PyObject *binary_##name(PyObject *left, PyObject *right)                                    \
    {                                                                                                  \
        return is_node(left) ? forward_##name(left, right, FORWARD) : reflected_##name(right, left);   \
    }                                                                                                  \
    static PyObject *method_##name(PyObject *self, PyObject *const *given, Py_ssize_t count,           \
                                   PyObject *names)                                                    \
    {                                                                                                  \
        if (count == 1 && names == NULL) {                                                             \
            return forward_##name(self, given[0], NAMED);                                              \
        }                                                                                              \
        return by_python(ROW_##name, NAMED, self, given, count, names);                                \
    }

#if defined(__GNUC__)
#define UNUSED __attribute__((unused)) /* most operations are no operator */
#else
#define UNUSED
#endif
#define DECLARE_BINARY(name) static PyObject *binary_##name(PyObject *, PyObject *) UNUSED;

FOR_EACH_BINARY_ROW(DECLARE_BINARY)
FOR_EACH_UNARY_ROW(UNARY)
FOR_EACH_BINARY_ROW(BINARY)

/* `pow(v, w, modulus)` too comes here. */
static PyObject *
ternary_pow(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus == Py_None) {
        return binary_pow(left, right);
    }
    if (is_node(left)) {
        PyObject *given[] = {right, modulus};
        return by_python(ROW_pow, FORWARD, left, given, 2, NULL);
    }
    Py_RETURN_NOTIMPLEMENTED;
}

/* --- a number among numbers ------------------------------------------------------------------------- */

static int
node_bool(PyObject *self)
{
    return ((Node *)self)->data != 0.0;
}

static const char *const comparisons[] = {
    [Py_LT] = "__lt__", [Py_LE] = "__le__", [Py_EQ] = "__eq__",
    [Py_NE] = "__ne__", [Py_GT] = "__gt__", [Py_GE] = "__ge__",
};

static PyObject *
node_compare(PyObject *self, PyObject *other, int order)
{
    const double x = ((Node *)self)->data;
    PyObject *compare, *answer;
    double y;
    if (order == Py_NE) {
        answer = node_compare(self, other, Py_EQ);
        if (answer == NULL || answer == Py_NotImplemented) {
            return answer;
        }
        Py_SETREF(answer, PyBool_FromLong(answer == Py_False));
        return answer;
    }
    if (order == Py_EQ && is_node(other)) {
        Py_RETURN_NOTIMPLEMENTED; /* and so they are compared by identity */
    }
    if (order == Py_EQ || !(is_node(other) || PyFloat_CheckExact(other))) {
        compare = python_part(comparisons[order]);
        answer = compare == NULL ? NULL : PyObject_CallFunctionObjArgs(compare, self, other, NULL);
        Py_XDECREF(compare);
        return answer;
    }
    y = is_node(other) ? ((Node *)other)->data : PyFloat_AS_DOUBLE(other);
    Py_RETURN_RICHCOMPARE(x, y, order);
}

static PyObject *
node_item(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    return PyFloat_FromDouble(((Node *)self)->data);
}

/* --- the parts of a node, as Python sees them --------------------------------------------------------- */

static PyObject *
or_none(PyObject *thing)
{
    return Py_NewRef(thing == NULL ? Py_None : thing);
}

static int
refuse_deletion(PyObject *given)
{
    if (given == NULL) {
        PyErr_SetString(PyExc_AttributeError, "a part of a node cannot be deleted");
        return -1;
    }
    return 0;
}

static PyObject *
get_data(PyObject *self, void *Py_UNUSED(closure))
{
    return PyFloat_FromDouble(((Node *)self)->data);
}

static int
set_data(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    double number;
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    number = PyFloat_AsDouble(given);
    if (number == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    ((Node *)self)->data = number;
    return 0;
}

static PyObject *
get_grad(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    return node->flags & GRAD_IS_NODE ? Py_NewRef(node->grad_node) : PyFloat_FromDouble(node->grad);
}

static int
set_grad(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    PyObject *before;
    double number = 0.0;
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    if (is_node(given)) {
        if (track_below(given) < 0) {
            return -1;
        }
    }
    else {
        number = PyFloat_AsDouble(given);
        if (number == -1.0 && PyErr_Occurred()) {
            return -1;
        }
    }
    before = node->flags & GRAD_IS_NODE ? node->grad_node : NULL; /* __float__ may have set another */
    if (is_node(given)) {
        node->grad_node = Py_NewRef(given);
        node->flags |= GRAD_IS_NODE;
    }
    else {
        node->grad = number;
        node->flags &= ~GRAD_IS_NODE;
    }
    Py_XDECREF(before);
    return 0;
}

/* An operand is `x` or `y`, the closure telling which: the flag of its derivative. */
static PyObject **
operand_of(Node *node, void *closure)
{
    return closure == (void *)BY_X ? &node->x : &node->y;
}

static double *
slope_of(Node *node, void *closure)
{
    return closure == (void *)BY_X ? &node->dx : &node->dy;
}

static PyObject *
get_operand(PyObject *self, void *closure)
{
    return or_none(*operand_of((Node *)self, closure));
}

static int
set_operand(PyObject *self, PyObject *given, void *closure)
{
    Node *node = (Node *)self;
    PyObject **operand = operand_of(node, closure), *before = *operand;
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    if (given != Py_None && !is_node(given) && !PyFloat_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "an operand must be a Value, a float or None");
        return -1;
    }
    if (node->flags & TRACKED && track_below(given) < 0) {
        return -1;
    }
    *operand = given == Py_None ? NULL : Py_NewRef(given);
    Py_XDECREF(before);
    return 0;
}

static PyObject *
get_slope(PyObject *self, void *closure)
{
    Node *node = (Node *)self;
    if (!(node->flags & (uintptr_t)closure)) {
        Py_RETURN_NONE;
    }
    return PyFloat_FromDouble(*slope_of(node, closure));
}

static int
set_slope(PyObject *self, PyObject *given, void *closure)
{
    Node *node = (Node *)self;
    double number;
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    if (given == Py_None) {
        node->flags &= ~(uint32_t)(uintptr_t)closure;
        return 0;
    }
    number = PyFloat_AsDouble(given);
    if (number == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    *slope_of(node, closure) = number;
    node->flags |= (uint32_t)(uintptr_t)closure;
    return 0;
}

static PyObject *
get_name(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *name = ((Node *)self)->name;
    if (name == NULL) {
        PyErr_SetString(PyExc_AttributeError, "'Value' object has no attribute '_name'");
        return NULL;
    }
    return Py_NewRef(name);
}

static int
set_name(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    Py_XSETREF(((Node *)self)->name, Py_NewRef(given));
    return 0;
}

static PyObject *
get_operation(PyObject *self, void *Py_UNUSED(closure))
{
    return or_none(operations[((Node *)self)->row].operation);
}

/* The number of an operation, which is given a place if it has none yet; LEAF on an error. */
static uint32_t
row_of(PyObject *operation)
{
    uint32_t row, place = operation_count;
    for (row = 1; row < operation_count; row++) {
        if (operations[row].operation == operation) {
            return row;
        }
        if (row > ROW_COUNT && operations[row].operation == NULL) {
            place = row;
        }
    }
    if (place == operation_count) {
        void *more = PyMem_Realloc(operations, (operation_count + 1) * sizeof(*operations));
        if (more == NULL) {
            PyErr_NoMemory();
            return LEAF;
        }
        operations = more;
        operation_count++;
    }
    operations[place].operation = Py_NewRef(operation);
    operations[place].nodes = 0;
    return place;
}

static int
set_operation(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    uint32_t row = LEAF, before = node->row;
    if (refuse_deletion(given) < 0) {
        return -1;
    }
    if (given != Py_None) {
        row = row_of(given);
        if (row == LEAF) {
            return -1;
        }
        if (row > ROW_COUNT) {
            operations[row].nodes++;
        }
    }
    node->row = row;
    release_row(before, NULL);
    return 0;
}

/* The number that an exact float or int is; false if Python has to tell. */
static inline bool
is_plain_number(PyObject *given, double *number)
{
    if (given != NULL && PyFloat_CheckExact(given)) {
        *number = PyFloat_AS_DOUBLE(given);
        return true;
    }
    if (given != NULL && PyLong_CheckExact(given)) {
        *number = PyLong_AsDouble(given);
        if (*number != -1.0 || !PyErr_Occurred()) {
            return true;
        }
        PyErr_Clear();
    }
    return false;
}

/* What is set in a Value's own way: checked by Python unless it is a plain number. */
static int
set_by_property(PyObject *self, PyObject *given, const char *name)
{
    int status;
    PyObject *property = python_part(name);
    if (property == NULL) {
        return -1;
    }
    status = Py_TYPE(property)->tp_descr_set(property, self, given);
    Py_DECREF(property);
    return status;
}

static int
set_leaf_data(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    double number;
    if (((Node *)self)->row == LEAF && is_plain_number(given, &number)) {
        ((Node *)self)->data = number;
        return 0;
    }
    return set_by_property(self, given, "data");
}

static int
set_own_grad(PyObject *self, PyObject *given, void *Py_UNUSED(closure))
{
    double number;
    if (!(((Node *)self)->flags & GRAD_IS_NODE) && is_plain_number(given, &number)) {
        ((Node *)self)->grad = number;
        return 0;
    }
    return set_by_property(self, given, "grad");
}

/* --- backward --------------------------------------------------------------------------------------- */

/* Nodes in a row, which may grow. */
typedef struct {
    Node **nodes;
    size_t count, room;
    Node *few[64]; /* which is where they are if there are not many */
} Row;

static void
start(Row *row)
{
    row->nodes = row->few;
    row->count = 0;
    row->room = Py_ARRAY_LENGTH(row->few);
}

static void
end(Row *row)
{
    if (row->nodes != row->few) {
        PyMem_RawFree(row->nodes);
    }
}

static int
grow(Row *row)
{
    size_t size = row->room * sizeof(*row->nodes);
    Node **few = row->nodes == row->few ? row->few : NULL;
    Node **nodes = PyMem_RawRealloc(few ? NULL : row->nodes, 2 * size);
    if (nodes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (few) {
        memcpy(nodes, few, size);
    }
    row->nodes = nodes;
    row->room *= 2;
    return 0;
}

static inline int
append(Row *row, Node *node)
{
    if (row->count == row->room && grow(row) < 0) {
        return -1;
    }
    row->nodes[row->count++] = node;
    return 0;
}

static void
unsee(const Row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        row->nodes[i]->flags &= ~SEEN;
    }
}

/* See an operand if it is new; gives 1 if what is below it comes next, -1 on an error. */
static inline int
see(PyObject *operand, Row *leaves)
{
    Node *node = (Node *)operand;
    if (operand == NULL || !is_node(operand)) {
        PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '_grad'",
                     operand == NULL ? "NoneType" : Py_TYPE(operand)->tp_name);
        return -1;
    }
    if (node->flags & SEEN) {
        return 0;
    }
    if (node->row == LEAF && append(leaves, node) < 0) {
        return -1;
    }
    node->flags |= SEEN;
    return node->row != LEAF;
}

/* The nodes below a root, as `autograd.backward.topological_order` goes through them: each after its
   operands, the right one first. They are left SEEN, unless it fails.

   order:  gets the root and the nodes that have operands
   leaves: gets the leaves; may be `order` */
static int
visit(Node *root, Row *order, Row *leaves)
{
    Row above;
    Node *node = root;
    int status = 0;
    start(&above);
    root->flags |= SEEN;
    if (root->row == LEAF && leaves != order) {
        status = append(leaves, root);
    }
    while (status == 0) {
        PyObject *next = NULL;
        if (node->flags & BY_Y && (status = see(node->y, leaves)) != 0) {
            next = node->y;
        }
        else if (node->flags & BY_X && (status = see(node->x, leaves)) != 0) {
            next = node->x;
        }
        if (status == 0) {
            status = append(order, node);
            if (status < 0 || above.count == 0) {
                break;
            }
            node = above.nodes[--above.count];
        }
        else if (status == 1) {
            status = append(&above, node);
            if (status < 0) {
                ((Node *)next)->flags &= ~SEEN;
                break;
            }
            node = (Node *)next;
        }
    }
    if (status < 0) {
        node->flags &= ~SEEN;
        unsee(&above);
        unsee(order);
        unsee(leaves);
    }
    end(&above);
    return status;
}

/* Add to an operand's gradient, which starts from zero: nobody has if the operand is still SEEN. */
static inline void
add(PyObject *operand, double contribution)
{
    Node *node = (Node *)operand;
    if (node->flags & SEEN) {
        node->flags &= ~SEEN;
        node->grad = 0.0;
    }
    node->grad += contribution;
}

/* The chain rule: the gradients of all nodes that `visit` saw, and no node is SEEN any more. */
static void
add_up(Node *root, const Row *order)
{
    root->flags &= ~SEEN;
    root->grad = 1.0;
    for (size_t i = order->count; i-- > 0;) {
        Node *node = order->nodes[i];
        const double gradient = node->grad;
        if (node->flags & BY_X) {
            add(node->x, gradient * node->dx);
        }
        if (node->flags & BY_Y) {
            add(node->y, gradient * node->dy);
        }
    }
}

/* A gradient as it was before the sweep. */
typedef struct {
    Node *node;
    double grad;
    PyObject *grad_node; /* NULL if it was a number */
} Before;

static Before
taken(Node *node)
{
    Before before = {(Node *)Py_NewRef((PyObject *)node), node->grad, NULL};
    if (node->flags & GRAD_IS_NODE) {
        before.grad_node = node->grad_node;
        node->flags &= ~GRAD_IS_NODE;
    }
    return before;
}

static void
put_back(Before *before)
{
    Node *node = before->node;
    PyObject *dropped = node->flags & GRAD_IS_NODE ? node->grad_node : NULL;
    node->grad = before->grad;
    node->flags &= ~GRAD_IS_NODE;
    if (before->grad_node != NULL) {
        node->grad_node = Py_NewRef(before->grad_node);
        node->flags |= GRAD_IS_NODE;
    }
    Py_XDECREF(dropped);
}

/* Add to the recorded gradients of leaves what the sweep has found: that is recorded too. All or none. */
static int
accumulate_nodes(Before *before, size_t count)
{
    size_t done;
    for (done = 0; done < count; done++) {
        PyObject *grad_node = before[done].grad_node, *found, *sum;
        if (grad_node == NULL || before[done].node->row != LEAF) {
            continue;
        }
        found = PyFloat_FromDouble(before[done].node->grad);
        sum = found == NULL ? NULL : PyNumber_Add(grad_node, found);
        Py_XDECREF(found);
        if (sum == NULL || set_grad((PyObject *)before[done].node, sum, NULL) < 0) {
            Py_XDECREF(sum);
            return -1;
        }
        Py_DECREF(sum);
    }
    return 0;
}

/* Sweep a graph: interior nodes start from zero, leaves accumulate. Gives 0 if that is done; -1 on an error;
   and 1, nothing being changed, if a gradient is recorded and `with_recorded` is false: to add to it is to
   run Python, so others must be kept out. */
static int
sweep(Node *root, bool with_recorded)
{
    Row order, leaves;
    Before *before = NULL;
    size_t count = 0, recorded = 0;
    int status;
    start(&order);
    start(&leaves);
    status = visit(root, &order, &leaves);
    if (status < 0) {
        goto done;
    }
    for (size_t i = 0; i < order.count; i++) {
        recorded += (order.nodes[i]->flags & GRAD_IS_NODE) != 0;
    }
    for (size_t i = 0; i < leaves.count; i++) {
        recorded += (leaves.nodes[i]->flags & GRAD_IS_NODE) != 0;
    }
    before = PyMem_RawMalloc((leaves.count + recorded) * sizeof(*before) + 1);
    if (before == NULL || (recorded && !with_recorded)) {
        unsee(&order);
        unsee(&leaves);
        status = 1;
        if (before == NULL) {
            PyErr_NoMemory();
            status = -1;
        }
        goto done;
    }
    for (; count < leaves.count; count++) {
        before[count] = taken(leaves.nodes[count]);
    }
    for (size_t i = 0; recorded && i < order.count; i++) {
        if (order.nodes[i]->flags & GRAD_IS_NODE) {
            before[count++] = taken(order.nodes[i]);
        }
    }
    add_up(root, &order);
    if (recorded) {
        status = accumulate_nodes(before, count);
    }
    for (size_t i = 0; i < leaves.count; i++) {
        if (status < 0) {
            put_back(&before[i]);
        }
        else if (before[i].grad_node == NULL) {
            before[i].node->grad = before[i].grad + before[i].node->grad;
        }
    }
    for (size_t i = 0; i < count; i++) {
        Py_XDECREF(before[i].grad_node);
        Py_DECREF(before[i].node);
    }
done:
    PyMem_RawFree(before);
    end(&order);
    end(&leaves);
    return status;
}

/* Whether `Value.backward` has nothing else to do than a sweep: nobody looks through graphs first, and no
   thread is amid a pass that runs Python; -1 on an error. */
static int
is_plain(void)
{
    PyObject *detect, *running;
    if (PyContextVar_Get(detector, Py_None, &detect) < 0) {
        return -1;
    }
    Py_DECREF(detect);
    if (detect != Py_None) {
        return 0;
    }
    running = PyDict_GetItemWithError(sweeping, running_in);
    return running == NULL ? (PyErr_Occurred() ? -1 : 0) : PyObject_Not(running);
}

static PyObject *
node_backward(PyObject *self, PyObject *const *given, Py_ssize_t count, PyObject *names)
{
    PyObject *backward, *result;
    if (names == NULL && (count == 0 || (count == 1 && given[0] == Py_False))) {
        int plain = is_plain();
        int status = plain > 0 ? sweep((Node *)self, false) : plain < 0 ? -1 : 1;
        if (status < 0) {
            return NULL;
        }
        if (status == 0) {
            Py_RETURN_NONE;
        }
    }
    backward = python_part("backward");
    result = backward == NULL ? NULL : call_method(backward, self, given, count, names);
    Py_XDECREF(backward);
    return result;
}

static int
refuse_others(PyObject *root)
{
    if (!is_node(root)) {
        PyErr_SetString(PyExc_TypeError, "the root must be a Value");
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(sweep_doc, "sweep($module, root, leaves)\n--\n\n"
"What `autograd.backward` has in Python: add up the gradients below a node. It is whole or not at all by\n"
"itself, so `leaves` stays empty.");

static PyObject *
module_sweep(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *root, *leaves;
    if (!PyArg_ParseTuple(args, "OO:sweep", &root, &leaves) || refuse_others(root) < 0 ||
        sweep((Node *)root, true) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(leaf_gradients_doc, "leaf_gradients($module, root)\n--\n\n"
"The derivative of a node by each leaf that it depends on, as a dict; every gradient stays what it was.");

static PyObject *
module_leaf_gradients(PyObject *Py_UNUSED(module), PyObject *root)
{
    Row order;
    Before *before;
    PyObject *found;
    if (refuse_others(root) < 0) {
        return NULL;
    }
    found = PyDict_New(); /* first: the collector may run Python, for which no node may be SEEN */
    if (found == NULL) {
        return NULL;
    }
    start(&order);
    if (visit((Node *)root, &order, &order) < 0) {
        end(&order);
        Py_DECREF(found);
        return NULL;
    }
    before = PyMem_RawMalloc(order.count * sizeof(*before));
    if (before == NULL) {
        unsee(&order);
        end(&order);
        Py_DECREF(found);
        return PyErr_NoMemory();
    }
    for (size_t i = 0; i < order.count; i++) {
        before[i] = taken(order.nodes[i]);
    }
    add_up((Node *)root, &order);
    for (size_t i = 0; i < order.count; i++) {
        Node *node = order.nodes[i];
        if (found != NULL && node->row == LEAF) {
            PyObject *gradient = PyFloat_FromDouble(node->grad);
            if (gradient == NULL || PyDict_SetItem(found, (PyObject *)node, gradient) < 0) {
                Py_CLEAR(found);
            }
            Py_XDECREF(gradient);
        }
        put_back(&before[i]);
        Py_XDECREF(before[i].grad_node);
        Py_DECREF(node);
    }
    PyMem_RawFree(before);
    end(&order);
    return found;
}

PyDoc_STRVAR(visited_doc, "visited($module, root)\n--\n\n"
"The nodes below one and itself, each after its operands, the right one first.");

static PyObject *
module_visited(PyObject *Py_UNUSED(module), PyObject *root)
{
    Row order;
    PyObject *list = NULL;
    if (refuse_others(root) < 0) {
        return NULL;
    }
    start(&order);
    if (visit((Node *)root, &order, &order) == 0) {
        unsee(&order);
        list = PyList_New((Py_ssize_t)order.count);
        for (size_t i = 0; list != NULL && i < order.count; i++) {
            PyList_SET_ITEM(list, (Py_ssize_t)i, Py_NewRef((PyObject *)order.nodes[i]));
        }
    }
    end(&order);
    return list;
}

/* --- the types -------------------------------------------------------------------------------------- */

/* `Value(data)` and `Value(data, name)`, by the metaclass. */
static PyObject *
leaf_call(PyObject *type, PyObject *args, PyObject *names)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(args);
    PyObject *call, *function, *result;
    if (type == (PyObject *)value_type && names == NULL && (count == 1 || count == 2)) {
        PyObject *data = PyTuple_GET_ITEM(args, 0), *name = Py_None;
        if (count == 2) {
            name = PyTuple_GET_ITEM(args, 1);
        }
        if (PyFloat_CheckExact(data) && (name == Py_None || PyUnicode_CheckExact(name))) {
            Node *node = new_leaf(PyFloat_AS_DOUBLE(data));
            if (node != NULL && name != Py_None) {
                node->name = Py_NewRef(name);
            }
            return (PyObject *)node;
        }
    }
    if (in_python == NULL) {
        return PyType_Type.tp_call(type, args, names);
    }
    call = PyTuple_New(count + 1);
    if (call == NULL) {
        return NULL;
    }
    PyTuple_SET_ITEM(call, 0, Py_NewRef(type));
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(call, i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    function = python_part("__call__");
    result = function == NULL ? NULL : PyObject_Call(function, call, names);
    Py_XDECREF(function);
    Py_DECREF(call);
    return result;
}

static PyTypeObject Leaf_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "autograd._engine.Leaf",
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = PyDoc_STR("The metaclass of a Value: calling that makes a leaf."),
    .tp_call = leaf_call,
};

/* A node that is to be filled in. */
static PyObject *
node_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(names))
{
    if (type != value_type) {
        PyErr_SetString(PyExc_TypeError, "nodes are made by calling autograd.Value");
        return NULL;
    }
    return (PyObject *)new_leaf(0.0);
}

static PyGetSetDef node_getset[] = {
    {"_data", get_data, set_data, NULL, NULL},
    {"_grad", get_grad, set_grad, NULL, NULL},
    {"_x", get_operand, set_operand, NULL, (void *)BY_X},
    {"_dx", get_slope, set_slope, NULL, (void *)BY_X},
    {"_y", get_operand, set_operand, NULL, (void *)BY_Y},
    {"_dy", get_slope, set_slope, NULL, (void *)BY_Y},
    {"_name", get_name, set_name, NULL, NULL},
    {"operation", get_operation, set_operation, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define METHOD(attribute, function, doc)                                                               \
    {attribute, (PyCFunction)(void (*)(void))function, METH_FASTCALL | METH_KEYWORDS, doc},
#define REFLECTED_METHOD(attribute, function, doc) {attribute, function, METH_O, doc},

static PyMethodDef node_methods[] = {
    ROW_METHODS
    {NULL, NULL, 0, NULL},
};

static PyNumberMethods node_as_number = {
    ROW_OPERATORS
    .nb_power = ternary_pow,
    .nb_bool = node_bool,
};

/* An attribute that a node does not have is refused with a word of where to keep such things. Python would
   need a method for this, which would run whenever a part of a node is set: see docs/engine.md. */
static int
node_setattr(PyObject *self, PyObject *name, PyObject *given)
{
    int status = PyObject_GenericSetAttr(self, name, given);
    if (status < 0 && PyErr_ExceptionMatches(PyExc_AttributeError) &&
        _PyType_Lookup(Py_TYPE(self), name) == NULL) {
        PyErr_Format(PyExc_AttributeError,
                     "'Value' object has no attribute '%U': keep what you know of nodes in a dict by node",
                     name);
    }
    return status;
}

/* What `autograd.Value` is built upon; called so too, for its methods are named after it. */
static PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "autograd._engine.Value",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_doc = PyDoc_STR("The parts of a node, and what this engine does with them."),
    .tp_new = node_new,
    .tp_weaklistoffset = offsetof(Node, weak),
    .tp_dealloc = node_dealloc,
    .tp_traverse = node_traverse,
    .tp_clear = node_clear,
    .tp_setattro = node_setattr,
    .tp_getset = node_getset,
    .tp_methods = node_methods,
    .tp_as_number = &node_as_number,
    .tp_richcompare = node_compare,
};

/* --- Value is taken over ------------------------------------------------------------------------------ */

/* What Value has as properties and methods of its own. Their docstrings are those of Python. */
static PyGetSetDef value_getset[] = {
    {"data", get_data, set_leaf_data, NULL, NULL},
    {"grad", get_grad, set_own_grad, NULL, NULL},
};
static struct {
    PyMethodDef definition;
    const char *signature;
} value_methods[] = {
    {{"backward", (PyCFunction)(void (*)(void))node_backward, METH_FASTCALL | METH_KEYWORDS, NULL},
     "backward($self, create_graph=False)"},
    {{"item", node_item, METH_NOARGS, NULL}, "item($self)"},
};
/* What it inherits from above, and would not find, having its own in Python. */
static const char *const taken_over[] = {
    "__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__", "__bool__",
};

static PyObject *
own(PyTypeObject *type, const char *name)
{
    return PyObject_GetAttrString((PyObject *)type, name);
}

/* Keep Python's attribute of Value for what is out of the ordinary, and its docstring. */
static const char *
keep_python(const char *name, const char *signature)
{
    PyObject *part = own(value_type, name), *doc, *text = NULL;
    if (part == NULL) {
        return NULL;
    }
    doc = PyObject_GetAttrString(part, "__doc__");
    if (doc != NULL && PyDict_SetItemString(in_python, name, part) == 0) {
        text = PyUnicode_FromFormat("%s%s%S", signature, *signature ? "\n--\n\n" : "", doc);
    }
    Py_XDECREF(doc);
    Py_DECREF(part);
    return text == NULL ? NULL : PyUnicode_AsUTF8(text); /* the text lives as long as the type */
}

/* Set an attribute of a class, which is given away. */
static int
put(PyObject *type, const char *name, PyObject *attribute)
{
    int status;
    if (attribute == NULL) {
        return -1;
    }
    status = PyObject_SetAttrString(type, name, attribute);
    Py_DECREF(attribute);
    return status;
}

static int
take_over(void)
{
    PyObject *value = (PyObject *)value_type;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(taken_over); i++) {
        const char *name = taken_over[i];
        if (keep_python(name, "") == NULL ||
            put(value, name, own(&Node_Type, name)) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(value_getset); i++) {
        PyGetSetDef *definition = &value_getset[i];
        definition->doc = keep_python(definition->name, "");
        if (definition->doc == NULL ||
            put(value, definition->name, PyDescr_NewGetSet(value_type, definition)) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(value_methods); i++) {
        PyMethodDef *definition = &value_methods[i].definition;
        definition->ml_doc = keep_python(definition->ml_name, value_methods[i].signature);
        if (definition->ml_doc == NULL ||
            put(value, definition->ml_name, PyDescr_NewMethod(value_type, definition)) < 0) {
            return -1;
        }
    }
    return 0;
}

PyDoc_STRVAR(adopt_doc, "adopt($module, value, rows, call, generated, detector, sweeping)\n--\n\n"
"Do from now on what can be done here of a class and its operations.\n"
"\n"
"Args:\n"
"    value: the class, `autograd.Value`, complete in Python.\n"
"    rows: the operations, of those in `ROWS`, that are still what they were compiled from.\n"
"    call: what calling the class does, in Python.\n"
"    generated: gives the function of Python for an operation and one of the ways to call it.\n"
"    detector: the context variable of what looks through graphs before they are differentiated.\n"
"    sweeping: where `_running_in` tells whether a thread is amid a pass that runs Python.\n"
"\n"
"Returns:\n"
"    what the class had in Python of what is done here, by name.");

static PyObject *
module_adopt(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyTypeObject *value;
    PyObject *rows, *call, *functions_of, *context, *sweeps;
    if (!PyArg_ParseTuple(args, "O!O!OOOO!:adopt", &Leaf_Type, &value, &PyDict_Type, &rows, &call,
                          &functions_of, &context, &PyDict_Type, &sweeps)) {
        return NULL;
    }
    if (value_type != NULL || value->tp_base != &Node_Type) {
        PyErr_SetString(PyExc_TypeError, "the class must be built upon this one, and be the only one");
        return NULL;
    }
    generated = Py_NewRef(functions_of);
    detector = Py_NewRef(context);
    sweeping = Py_NewRef(sweeps);
    value_type = (PyTypeObject *)Py_NewRef((PyObject *)value);
    value->tp_dealloc = node_dealloc; /* a node has nothing that Python would have to free before */
    for (uint32_t row = 1; row <= ROW_COUNT; row++) {
        operations[row].operation = Py_XNewRef(PyDict_GetItemString(rows, row_texts[row][0]));
    }
    in_python = Py_BuildValue("{sO}", "__call__", call);
    if (in_python == NULL || take_over() < 0 ||
        put((PyObject *)Py_TYPE(value), "__call__", own(&Leaf_Type, "__call__")) < 0) {
        return NULL;
    }
    return PyDict_Copy(in_python);
}

PyDoc_STRVAR(use_doc, "use($module, name, in_c)\n--\n\n"
"Tell that the methods of an operation are those of C, or that they are Python's.");

static PyObject *
module_use(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    int in_c;
    if (!PyArg_ParseTuple(args, "sp:use", &name, &in_c)) {
        return NULL;
    }
    for (uint32_t row = 1; row <= ROW_COUNT; row++) {
        if (strcmp(row_texts[row][0], name) == 0) {
            used[row] = in_c;
        }
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(alive_doc, "alive($module)\n--\n\nHow many nodes there are.");
PyDoc_STRVAR(spare_doc, "spare($module)\n--\n\nHow many freed nodes wait to be used again.");

static PyObject *
module_spare(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    return PyLong_FromLong(spare_count);
}

static PyObject *
module_alive(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    return PyLong_FromSsize_t(alive);
}

static PyMethodDef module_methods[] = {
    {"adopt", module_adopt, METH_VARARGS, adopt_doc},
    {"alive", module_alive, METH_NOARGS, alive_doc},
    {"leaf_gradients", module_leaf_gradients, METH_O, leaf_gradients_doc},
    {"spare", module_spare, METH_NOARGS, spare_doc},
    {"sweep", module_sweep, METH_VARARGS, sweep_doc},
    {"use", module_use, METH_VARARGS, use_doc},
    {"visited", module_visited, METH_O, visited_doc},
    {NULL, NULL, 0, NULL},
};

/* The texts that the rows were compiled from: of each by its name the operands, the value, the partials. */
static PyObject *
compiled(void)
{
    PyObject *rows = PyDict_New();
    for (uint32_t row = 1; rows != NULL && row <= ROW_COUNT; row++) {
        const char *const *texts = row_texts[row];
        PyObject *list = Py_BuildValue(texts[4] ? "[ssss]" : "[sss]", texts[1], texts[2], texts[3], texts[4]);
        if (list == NULL || PyDict_SetItemString(rows, texts[0], list) < 0) {
            Py_CLEAR(rows);
        }
        Py_XDECREF(list);
    }
    return rows;
}

static int
module_exec(PyObject *module)
{
    PyObject *rows;
    int status;
    if (operations != NULL) {
        PyErr_SetString(PyExc_ImportError, "the engine in C serves one interpreter, and one import");
        return -1;
    }
    operations = PyMem_Calloc(ROW_COUNT + 1, sizeof(*operations));
    running_in = PyUnicode_InternFromString("_running_in");
    if (operations == NULL || running_in == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    operation_count = ROW_COUNT + 1;
    Leaf_Type.tp_base = &PyType_Type; /* whose address is no constant to every linker */
    if (PyModule_AddType(module, &Leaf_Type) < 0 || PyModule_AddType(module, &Node_Type) < 0 ||
        PyModule_AddStringConstant(module, "DIGEST", SOURCE_DIGEST) < 0) {
        return -1;
    }
    rows = compiled();
    status = PyModule_AddObjectRef(module, "ROWS", rows);
    Py_XDECREF(rows);
    return status;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "autograd._engine",
    .m_doc = PyDoc_STR("The engine in C; see autograd/engine.py."),
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__engine(void)
{
    return PyModuleDef_Init(&module_definition);
}
