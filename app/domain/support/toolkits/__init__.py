"""The charity's workbooks: what there is, how far somebody has come with one, and his certificate."""
