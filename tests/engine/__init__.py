"""The executor: formula, plans, kernels, and the whole held to the oracle."""
