"""Earlier visits of a chart's patient at the same client: what was coded then, and copying it by ticks."""
