"""The benchmarks: what TradeSeal costs in gas, time and memory, beside the peers where there are any.

One rule: every figure was measured in this very run, on this machine. What could not be measured is said to be missing,
with the reason, and never estimated. ``docs/bench.md`` says what each section does.
"""
