"""Building blocks of month 0: firms, buyers with their candidates, local markets."""
