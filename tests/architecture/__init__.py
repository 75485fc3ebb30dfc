"""The house keeps its own rules: what design asks for and a reader could only hope for is checked here."""
