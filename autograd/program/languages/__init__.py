"""The languages into which programs are printed, besides Python: a module for each."""
