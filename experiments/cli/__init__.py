"""The commands, one module each; `app` knows where they are and loads them when called."""
