"""How many small mistakes in the code the tests notice: see scripts/mutate."""
