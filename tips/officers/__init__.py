"""Those who handle tips: who they are, what they may see, and what their buttons do."""
