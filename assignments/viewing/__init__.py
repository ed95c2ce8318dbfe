"""Pages of a chart as people read them: images with a watermark, notes as text."""
