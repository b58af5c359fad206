"""The engine side by side with its peers; ``python -m benchmarks`` measures and prints a table."""
