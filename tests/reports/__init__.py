"""The counts of a week: the calendar, the numbers, the words and the pictures."""
