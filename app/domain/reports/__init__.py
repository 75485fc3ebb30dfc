"""What a period amounts to: metrics as versioned definitions, figures that isolate nobody, reports that are frozen."""
