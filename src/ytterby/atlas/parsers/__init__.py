"""Reading publishers' own files into the tables of the atlas, one module a format."""
