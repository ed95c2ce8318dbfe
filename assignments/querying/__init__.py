"""Provider queries: written by coders, checked as they are written, answered by providers, watched as they age."""
