"""The words: every text people read, the categories and the labels of states and roles."""
