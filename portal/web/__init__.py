"""HTML and HTTP that belong to no feature: sign-in, guards, forms, answers, headers, error pages."""
