def write_figures(c, f, l):
    pass
