"""Whether the line is fair: what each person was given, beside what the others were."""
