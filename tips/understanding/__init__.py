"""What words tell before anybody asks: what happened, when, in which hamlet. Pure."""
