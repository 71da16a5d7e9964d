"""The pure part: values in, values out. No clock, randomness, files, network or logging."""
