"""The help pages: a text a topic in each language, and which page of the product leads to which."""
