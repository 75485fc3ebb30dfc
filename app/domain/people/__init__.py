"""The people supported: identity as far as it is known, custody facts, what was explained and agreed."""
