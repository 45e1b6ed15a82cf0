"""What is said with a citizen, from a draft and a message to the next draft and what to say. Pure."""
