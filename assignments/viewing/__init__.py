"""Pages of a chart as people read them: pictures with a watermark, and the words that stand on them."""
