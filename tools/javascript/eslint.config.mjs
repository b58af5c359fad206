// The scripts are read one after the other and share their names, so what one defines another uses; that
// every name is defined is left to the type checker.
import js from "@eslint/js";
import globals from "globals";

export default [
  {
    ...js.configs.recommended,
    files: ["nn/stepper/assets/*.js", "autograd/program/languages/*.js"],
    languageOptions: { sourceType: "script", ecmaVersion: 2022, globals: globals.browser },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off",
      "no-unused-vars": "off",
      "no-redeclare": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-shadow": ["error", { allow: ["line", "name", "text", "number", "find", "each", "role", "label"] }],
      curly: "error",
    },
  },
];
