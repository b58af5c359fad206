/* W1 and W2 of workloads.py by hand, their derivatives worked out on paper: what the work takes at least. */
#include <math.h>
#include <string.h>

/* Steps of W1: w1..w8 in the order of the textbook, each step on the one example. */
void w1(double *w, long steps) {
  const double i1 = 0.05, i2 = 0.10, b1 = 0.35, b2 = 0.60, t1 = 0.01, t2 = 0.99, rate = 0.5;
  double a = w[0], b = w[1], c = w[2], d = w[3], e = w[4], f = w[5], g = w[6], h = w[7];
  for (long step = 0; step < steps; step++) {
    double h1 = 1 / (1 + exp(-(a * i1 + b * i2 + b1))), h2 = 1 / (1 + exp(-(c * i1 + d * i2 + b1)));
    double o1 = 1 / (1 + exp(-(e * h1 + f * h2 + b2))), o2 = 1 / (1 + exp(-(g * h1 + h * h2 + b2)));
    double delta1 = (o1 - t1) * o1 * (1 - o1), delta2 = (o2 - t2) * o2 * (1 - o2);
    double below1 = (delta1 * e + delta2 * g) * h1 * (1 - h1);
    double below2 = (delta1 * f + delta2 * h) * h2 * (1 - h2);
    e -= rate * delta1 * h1, f -= rate * delta1 * h2, g -= rate * delta2 * h1, h -= rate * delta2 * h2;
    a -= rate * below1 * i1, b -= rate * below1 * i2, c -= rate * below2 * i1, d -= rate * below2 * i2;
  }
  w[0] = a, w[1] = b, w[2] = c, w[3] = d, w[4] = e, w[5] = f, w[6] = g, w[7] = h;
}

enum { LANES = 32, HIDDEN = 16, FIRST = 3 * HIDDEN, SECOND = 17 * HIDDEN, COUNT = FIRST + SECOND + 17 };
typedef double Lanes[LANES] __attribute__((aligned(64)));
#define EACH for (int l = 0; l < LANES; l++)

/* A step of W2 on all examples. Parameters are, for each neuron, its weights and then its bias; returns
   the loss before the step. */
double w2(double *p, const double *x, const double *y, const double *label, long examples, double rate,
          double decay) {
  static double sums[COUNT];
  double *p1 = p, *p2 = p + FIRST, *p3 = p2 + SECOND;
  double *s1 = sums, *s2 = sums + FIRST, *s3 = s2 + SECOND;
  double loss = 0, share = 1.0 / examples;
  memset(sums, 0, sizeof sums);
  for (long begin = 0; begin < examples; begin += LANES) {
    Lanes px, py, t, inside, h1[HIDDEN], h2[HIDDEN], score, d1[HIDDEN], d2, d3;
    EACH {
      int there = begin + l < examples;
      inside[l] = there, px[l] = there ? x[begin + l] : 0, py[l] = there ? y[begin + l] : 0;
      t[l] = there ? label[begin + l] : 0;
    }
    for (int j = 0; j < HIDDEN; j++) {
      double u = p1[3 * j], v = p1[3 * j + 1], bias = p1[3 * j + 2];
      EACH { double net = bias + u * px[l] + v * py[l]; h1[j][l] = net > 0 ? net : 0; }
    }
    for (int j = 0; j < HIDDEN; j++) {
      Lanes net;
      EACH net[l] = p2[17 * j + HIDDEN];
      for (int i = 0; i < HIDDEN; i++) { double w = p2[17 * j + i]; EACH net[l] += w * h1[i][l]; }
      EACH h2[j][l] = net[l] > 0 ? net[l] : 0;
    }
    EACH score[l] = p3[HIDDEN];
    for (int j = 0; j < HIDDEN; j++) { double w = p3[j]; EACH score[l] += w * h2[j][l]; }
    EACH {
      double margin = (1 - t[l] * score[l]) * inside[l];
      loss += (margin > 0 ? margin : 0) * share, d3[l] = margin > 0 ? -t[l] * share : 0;
    }
    memset(d1, 0, sizeof d1);
    { double sum = 0; EACH sum += d3[l]; s3[HIDDEN] += sum; }
    for (int j = 0; j < HIDDEN; j++) {
      double sum = 0, w = p3[j], bias = 0;
      EACH { sum += d3[l] * h2[j][l]; d2[l] = h2[j][l] > 0 ? d3[l] * w : 0; bias += d2[l]; }
      s3[j] += sum, s2[17 * j + HIDDEN] += bias;
      for (int i = 0; i < HIDDEN; i++) {
        double own = 0, v = p2[17 * j + i];
        EACH { own += d2[l] * h1[i][l]; d1[i][l] += d2[l] * v; }
        s2[17 * j + i] += own;
      }
    }
    for (int i = 0; i < HIDDEN; i++) {
      double u = 0, v = 0, bias = 0;
      EACH { double d = h1[i][l] > 0 ? d1[i][l] : 0; u += d * px[l], v += d * py[l], bias += d; }
      s1[3 * i] += u, s1[3 * i + 1] += v, s1[3 * i + 2] += bias;
    }
  }
  double squares = 0;
  for (int k = 0; k < COUNT; k++) squares += p[k] * p[k], p[k] -= rate * (sums[k] + 2 * decay * p[k]);
  return loss + decay * squares;
}
