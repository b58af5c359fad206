// The functions of the lines, which are printed from the program.
declare const functions: ((...operands: number[]) => number)[];
